import { exitCode } from './exit-codes.js'
import type { CommandAnswer } from './read-answer.js'
import { words } from './words.js'

/** The reason of a fault: this panel takes no pattern for a name, so mailboxes with a dot can't be asked for exactly. */
export const PATTERN_REFUSED = 'escaped-name-refused'

/** The pattern that matches exactly this local part. Of the characters that it may hold only the dot is special. */
export function exactPattern(localPart: string): string {
  return localPart.replaceAll('.', '\\.')
}

/**
 * The pattern of all other names that the plain local part matches, of which each has another character in the place of
 * at least one dot. Undefined if it matches no other.
 */
export function siblingsPattern(localPart: string): string | undefined {
  const alternatives = [...localPart.matchAll(/\./g)].map(
    ({ index }) => `${localPart.slice(0, index)}[^.]${localPart.slice(index + 1)}`,
  )
  return alternatives.length > 1 ? `\\(${alternatives.join('\\|')}\\)` : alternatives[0]
}

/** Whether the panel checked the form of a mailbox's name, and so refused a pattern. No known release does. */
export function isPatternRefused({ exitCode: code, output }: CommandAnswer): boolean {
  return code === exitCode.E_INVALID && words.malformedMailbox.test(output)
}
