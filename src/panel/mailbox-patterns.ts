import { exitCode } from './exit-codes.js'
import type { CommandAnswer } from './read-answer.js'
import { words } from './words.js'

/** The panel accepts no patterns as names, so Rekey can't ask for exactly one mailbox with a dot. */
export const PATTERN_REFUSED = 'escaped-name-refused'

/** The pattern for exactly this local part. Of the allowed characters, only the dot is special. */
export function exactPattern(localPart: string): string {
  return localPart.replaceAll('.', '\\.')
}

/**
 * The pattern for all other names that this local part matches as a pattern: at least one dot is another character. Undefined if
 * there are none.
 */
export function siblingsPattern(localPart: string): string | undefined {
  const alternatives = [...localPart.matchAll(/\./g)].map(
    ({ index }) => `${localPart.slice(0, index)}[^.]${localPart.slice(index + 1)}`,
  )
  return alternatives.length > 1 ? `\\(${alternatives.join('\\|')}\\)` : alternatives[0]
}

/** Whether the panel refused a pattern because it checks the form of mailbox names. No known release does. */
export function isPatternRefused({ exitCode: code, output }: CommandAnswer): boolean {
  return code === exitCode.E_INVALID && words.malformedMailbox.test(output)
}
