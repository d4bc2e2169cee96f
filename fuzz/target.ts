import type fc from 'fast-check'

/** A part of the code that reads input from others, with checks that must pass for any input. */
export interface Target {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<unknown>
  /** Throws if a check fails. */
  run(input: unknown): void | Promise<void>
  /** Inputs below this time (ms) never count as slow. Replaces the default. */
  readonly leastMs?: number
}

export function defineTarget<Input>(target: {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<Input>
  run(input: Input): void | Promise<void>
  readonly leastMs?: number
}): Target {
  return target
}
