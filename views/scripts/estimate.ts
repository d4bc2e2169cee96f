/** How easily a password is guessed, by the worker's dictionary. */
export interface Estimate {
  /** From 0, at once, to 4. */
  readonly score: number
  /** Codes of words in the catalogue's section `strength`. */
  readonly warning?: string
  readonly suggestions: readonly string[]
  /** Whether it stands in the list of common passwords. */
  readonly isCommon: boolean
}
