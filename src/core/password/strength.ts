import type { Secret } from '../../lib/secret.js'

/** What makes a password easy to guess. */
export const strengthWarnings = [
  'keyboard-row',
  'keyboard-pattern',
  'repeated-character',
  'repeated-pattern',
  'sequence',
  'recent-year',
  'date',
  'top-10',
  'top-100',
  'common',
  'similar-to-common',
  'own-words',
] as const

/** What to do about an easily guessed password, or what helps little. */
export const strengthSuggestions = [
  'add-words',
  'capital-first',
  'all-capitals',
  'reversed-words',
  'substitutions',
  'dates',
  'years',
  'sequences',
  'repetition',
  'longer-keyboard-pattern',
] as const

export type StrengthWarning = (typeof strengthWarnings)[number]
export type StrengthSuggestion = (typeof strengthSuggestions)[number]

/** How hard a password is to guess, on the scale of zxcvbn (Wheeler, USENIX Security 2016). */
export interface Strength {
  /** By the guesses needed: 0 for up to a thousand, 1 for a million, 2 for 10^8, 3 for 10^10, 4 for more. */
  readonly score: 0 | 1 | 2 | 3 | 4
  /** Undefined if the score is 3 or 4. */
  readonly warning: StrengthWarning | undefined
  /** Empty if the score is 3 or 4. */
  readonly suggestions: readonly StrengthSuggestion[]
}

/** What a dictionary of common passwords and words says about a password. */
export interface Estimate extends Strength {
  /** Whether it's in the list of common passwords. Ignores case. */
  readonly isCommon: boolean
}

/** It couldn't be estimated in time. Says nothing about the password. */
export class StrengthNotEstimated extends Error {
  override readonly name = 'StrengthNotEstimated'
  readonly code = 'panel-busy'
  /** `strength-busy`: its turn didn't come. `strength-late`: the estimate took too long. */
  readonly reason: 'strength-busy' | 'strength-late'

  constructor(reason: StrengthNotEstimated['reason']) {
    super(`strength-not-estimated: ${reason}`)
    this.reason = reason
  }
}

/**
 * Rejects with `StrengthNotEstimated` if it takes too long.
 *
 * @param clientAddress the person's, in the form of `parseClientAddress`: addresses take turns
 * @param hungUp if aborted before its turn, there is no estimate and its reason is thrown
 */
export type EstimateStrength = (
  password: Secret,
  badWords: readonly string[],
  clientAddress: string,
  hungUp?: AbortSignal,
) => Promise<Estimate>
