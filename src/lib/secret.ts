import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/**
 * A password, code, key or stored hash. Printing it in any way (string, JSON, inspection) shows `[redacted]`. Only `reveal()`
 * returns the value, so a search for that name finds each use.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
