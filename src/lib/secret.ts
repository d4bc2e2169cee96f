import { inspect } from 'node:util'

const REDACTED = '[redacted]'

/**
 * A password, code, key or stored hash. However it is printed (string, JSON, inspection) it shows
 * `[redacted]`; only `reveal()` gives the value, so each place that uses one is found by its name.
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
