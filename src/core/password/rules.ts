import { holdsInvisible } from '../../lib/invisible-characters.js'
import type { Mailbox } from '../mailbox.js'
import { isMuchLike } from './likeness.js'
import type { Strength } from './strength.js'

/** The codes of the rules, as reported to the person. */
export const passwordReasonCodes = [
  'too-short',
  'too-long',
  'contains-address',
  'same-as-current',
  'similar-to-current',
  'same-as-account',
  'common',
  'outer-space',
  'control-character',
  'invisible-character',
  'looks-like-a-file',
  'too-weak',
  'breached',
] as const

export type PasswordReasonCode = (typeof passwordReasonCodes)[number]

/** One rule that a new password breaks. */
export type PasswordReason =
  | { readonly code: 'too-short'; readonly minLength: number }
  | { readonly code: 'too-long'; readonly maxBytes: number }
  /** The strength is absent if there is no password to rate. */
  | { readonly code: 'too-weak'; readonly strength?: Strength }
  /** The part of the address in the password; absent if there is no password. */
  | { readonly code: 'contains-address'; readonly word?: string }
  | { readonly code: Exclude<PasswordReasonCode, 'too-short' | 'too-long' | 'too-weak' | 'contains-address'> }

/** Rules that can be checked at once and anywhere, also in a browser. */
export interface PasswordPolicy {
  /** In Unicode code points (NIST SP 800-63B-4 section 3.1.1.2 counts each as one character). */
  readonly minLength: number
  /** Whether a list of common passwords has this one. Ignores case. */
  isCommon(password: string): boolean
}

/** Passwords that were sent with the new one and must differ from it. */
export interface KnownPasswords {
  /** The mailbox's. */
  readonly current?: string | undefined
  /** The hosting account's. */
  readonly account?: string | undefined
}

/** bcrypt ignores what follows byte 72, and the panel doesn't say so (docs/hestia.md, hazard 8). */
export const MAX_PASSWORD_BYTES = 72

/** Shorter parts of the address are in too many good passwords. */
export const MIN_ADDRESS_PART_LENGTH = 4

/** Shorter parts of the address may be inside a word: `tinfoil` contains `info` by chance. */
const MIN_EMBEDDED_PART_LENGTH = 8

const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * Returns every rule that the new password breaks, except strength and data breaches (`createPolicyCheck`). An empty list means
 * that the panel stores it exactly as it is.
 */
export function breachedRules(
  policy: PasswordPolicy,
  mailbox: Mailbox,
  password: string,
  known: KnownPasswords = {},
): PasswordReason[] {
  const reasons: PasswordReason[] = []
  if ([...password].length < policy.minLength)
    reasons.push({ code: 'too-short', minLength: policy.minLength })
  if (new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES) {
    reasons.push({ code: 'too-long', maxBytes: MAX_PASSWORD_BYTES })
  }
  if (CONTROL_CHARACTER.test(password)) reasons.push({ code: 'control-character' })
  // It comes with pasted text, and can't be typed again.
  if (holdsInvisible(password)) reasons.push({ code: 'invisible-character' })
  // The panel trims arguments (docs/hestia.md, hazard 3). Mail programs may drop other kinds of space.
  if (password.trim() !== password) reasons.push({ code: 'outer-space' })
  // The panel may read it as a file name (docs/hestia.md, hazard 2).
  if (password.startsWith('/tmp/')) reasons.push({ code: 'looks-like-a-file' })
  if (isSameText(password, known.current)) reasons.push({ code: 'same-as-current' })
  else if (known.current !== undefined && isMuchLike(password, known.current))
    reasons.push({ code: 'similar-to-current' })
  // Password managers may fill it in.
  if (isSameText(password, known.account)) reasons.push({ code: 'same-as-account' })
  const word = findAddressPart(mailbox, password)
  if (word !== undefined) reasons.push({ code: 'contains-address', word })
  if (policy.isCommon(password)) reasons.push({ code: 'common' })
  return reasons
}

/** Ignores the Unicode form. */
function isSameText(password: string, other: string | undefined): boolean {
  return password.normalize() === other?.normalize()
}

/** The part of the address in the password. A short one counts only as a word. */
function findAddressPart(mailbox: Mailbox, password: string): string | undefined {
  const domainNames = mailbox.domainForms.flatMap((form) => form.split('.').slice(0, -1))
  const text = password.normalize('NFC').toLowerCase()
  return [mailbox.localPart, ...domainNames].find((part) => {
    const { length } = [...part]
    if (length >= MIN_EMBEDDED_PART_LENGTH) return text.includes(part)
    return length >= MIN_ADDRESS_PART_LENGTH && holdsWord(text, part)
  })
}

/** Whether the word stands without a letter next to it. Guessers try digits and signs there. */
function holdsWord(text: string, word: string): boolean {
  const rest = text.split(word)
  return rest.some(
    (after, index) =>
      index > 0 && !/^[\p{L}\p{M}]/u.test(after) && !/[\p{L}\p{M}]$/u.test(rest[index - 1] ?? ''),
  )
}

/**
 * Whether the panel would misread this hosting-account password: as an option of its hashing tool (which lets anyone in), as a
 * file name, or trimmed or broken (docs/hestia.md, hazards 1 to 3). Never send it.
 */
export function panelWouldMisread(password: string): boolean {
  return /^-|^\/tmp\/|^ | $|\p{Cc}/u.test(password)
}

/**
 * Special characters of generated passwords. One byte each, so bytes are characters. No space, which isn't allowed at the ends.
 * No slash, quote, backslash or bracket, which mail programs and command lines may misread.
 */
export const GENERATED_SPECIALS = '-!#$%*+,.:;=?@^_~'

/**
 * Rules for password managers, in Apple's syntax for the attribute `passwordrules` (https://developer.apple.com/password-rules/;
 * grammar: apple/password-manager-resources, tools/PasswordRulesParser.js). In a custom class the hyphen must come first.
 */
export function passwordRulesAttribute(minLength: number): string {
  return `minlength: ${minLength}; maxlength: ${MAX_PASSWORD_BYTES}; allowed: upper, lower, digit, [${GENERATED_SPECIALS}];`
}
