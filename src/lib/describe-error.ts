/**
 * What may be logged about an unexpected error: its type and where it was thrown. The message is left out, because it may quote
 * what a person typed or what the panel answered.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: typeof error }
  const errorCode = errorCodeOf(error)
  const frames = error.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  return {
    error: error.name,
    ...(errorCode === undefined ? {} : { errorCode }),
    at: frames.map((frame) => frame.trim().slice(3)),
  }
}

/** The error code set by the system or a package, such as `ENOENT`. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
