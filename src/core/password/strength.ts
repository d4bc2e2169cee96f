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

/** What came of an estimate: the strength, or why there is none. */
export type Estimate =
  | { readonly strength: Strength }
  /** `busy`: its turn did not come; `late`: it took too long; `died`: what makes estimates broke down. */
  | { readonly missing: 'busy' | 'late' | 'died' }

/** Estimates a password's strength in a bounded time. Never rejects but on a bug. */
export type EstimateStrength = (password: Secret, badWords: readonly string[]) => Promise<Estimate>
