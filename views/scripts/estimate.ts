import type { Strength } from '../../src/core/password/strength.js'

/** How easily a password is guessed, by the worker's dictionary. */
export interface Estimate extends Strength {
  /** Whether it stands in the list of common passwords. */
  readonly isCommon: boolean
}
