import type fc from 'fast-check'

/** A part of the code that reads what others wrote, and what must hold whatever that is. */
export interface Target {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<unknown>
  /** Throws if something doesn't hold. */
  run(input: unknown): void | Promise<void>
  /** What takes less (ms) is not judged to be slow, in place of a default. */
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
