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

/** What to do about a password that is easy to guess, or what helps little. */
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

/** How hard a password is to guess; see the scale of zxcvbn (Wheeler, USENIX Security 2016). */
export interface Strength {
  /** Guesses needed: 0 for a thousand or fewer, 1 for a million, 2 for 10^8, 3 for 10^10, 4 for more. */
  readonly score: 0 | 1 | 2 | 3 | 4
  /** None where the score is 3 or 4. */
  readonly warning: StrengthWarning | undefined
  /** None where the score is 3 or 4. */
  readonly suggestions: readonly StrengthSuggestion[]
}

/** What a dictionary of common passwords and words tells of a password. */
export interface Estimate extends Strength {
  /** Whether the password is in the list of common ones, compared without case. */
  readonly isCommon: boolean
}

/** A password's strength could not be estimated in time: nothing is known of the password. */
export class StrengthNotEstimated extends Error {
  override readonly name = 'StrengthNotEstimated'
  readonly code = 'panel-busy'
  /** For the operator's log: its turn did not come, or the estimate itself took too long. */
  readonly reason: 'strength-busy' | 'strength-late'

  constructor(reason: StrengthNotEstimated['reason']) {
    super(`strength-not-estimated: ${reason}`)
    this.reason = reason
  }
}

/**
 * Estimates a password's strength. Rejects with `StrengthNotEstimated` if that can't be done in time.
 *
 * @param clientAddress the person's, in the form of `parseClientAddress`: estimates take turns between addresses
 * @param hungUp if it is aborted when the turn comes, nothing is estimated and its reason is thrown
 */
export type EstimateStrength = (
  password: Secret,
  badWords: readonly string[],
  clientAddress: string,
  hungUp?: AbortSignal,
) => Promise<Estimate>
