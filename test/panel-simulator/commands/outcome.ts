export interface Outcome {
  readonly code: number
  /** Its output, without the last line break. */
  readonly output: string
}

/** The panel's exit codes that the simulator uses. */
export const exitCodes = {
  ok: 0,
  arguments: 1,
  invalid: 2,
  notFound: 3,
  suspended: 5,
  unsuspended: 6,
  password: 9,
  forbidden: 10,
  disabled: 11,
  apiDisabled: 21,
} as const

export function succeeded(output = ''): Outcome {
  return { code: exitCodes.ok, output }
}

export function failed(code: number, message: string): Outcome {
  return { code, output: `Error: ${message}` }
}
