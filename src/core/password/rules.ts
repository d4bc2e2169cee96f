import { holdsInvisible } from '../../lib/invisible-characters.js'
import type { Mailbox } from '../mailbox.js'
import { isMuchLike } from './likeness.js'
import type { Strength } from './strength.js'

/** The rules for a new password, by the code under which a breach is reported. */
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

type PasswordReasonCode = (typeof passwordReasonCodes)[number]

/** One rule that a new password breaks. */
export type PasswordReason =
  | { readonly code: 'too-short'; readonly minLength: number }
  | { readonly code: 'too-long'; readonly maxBytes: number }
  /** The strength is that of the password, where there is one. */
  | { readonly code: 'too-weak'; readonly strength?: Strength }
  /** The word is the part of the address that the password holds, if there is a password. */
  | { readonly code: 'contains-address'; readonly word?: string }
  | { readonly code: Exclude<PasswordReasonCode, 'too-short' | 'too-long' | 'too-weak' | 'contains-address'> }

/** The rules that can be held against a password at once, wherever this runs: it is for browsers too. */
export interface PasswordPolicy {
  /** In Unicode code points (NIST SP 800-63B-4 section 3.1.1.2 counts each as one character). */
  readonly minLength: number
  /** Whether a list of common passwords holds this one, compared without case. */
  isCommon(password: string): boolean
}

/** Passwords that came along with the new one, which must not be one of them. */
export interface KnownPasswords {
  /** The mailbox's present one. */
  readonly current?: string | undefined
  /** That of the hosting account. */
  readonly account?: string | undefined
}

/** bcrypt ignores what comes after 72 bytes, and the panel does not say so (docs/hestia.md, hazard 8). */
export const MAX_PASSWORD_BYTES = 72

/** A part of the address counts from this many characters on: shorter ones stand in too many good passwords. */
export const MIN_ADDRESS_PART_LENGTH = 4

/** A part of the address counts from this many characters on if it stands inside a word: `tinfoil` holds `info` by chance. */
const MIN_EMBEDDED_PART_LENGTH = 8

const CONTROL_CHARACTER = /\p{Cc}/u

/**
 * Gives every rule that the new password breaks, but for strength and breaches (`createPolicyCheck`). None if the panel
 * would take it exactly as it is.
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
  // It comes with pasted text, and nobody would type it again.
  if (holdsInvisible(password)) reasons.push({ code: 'invisible-character' })
  // The panel trims every argument (docs/hestia.md, hazard 3); other kinds of space are as easily lost on the way to a
  // mail program.
  if (password.trim() !== password) reasons.push({ code: 'outer-space' })
  // The panel may read it as the name of a file (docs/hestia.md, hazard 2).
  if (password.startsWith('/tmp/')) reasons.push({ code: 'looks-like-a-file' })
  if (isSameText(password, known.current)) reasons.push({ code: 'same-as-current' })
  else if (known.current !== undefined && isMuchLike(password, known.current))
    reasons.push({ code: 'similar-to-current' })
  // Password managers fill it in if they find a field for a password.
  if (isSameText(password, known.account)) reasons.push({ code: 'same-as-account' })
  const word = findAddressPart(mailbox, password)
  if (word !== undefined) reasons.push({ code: 'contains-address', word })
  if (policy.isCommon(password)) reasons.push({ code: 'common' })
  return reasons
}

/** Whichever of Unicode's forms each was typed in. */
function isSameText(password: string, other: string | undefined): boolean {
  return password.normalize() === other?.normalize()
}

/** The part of the address that the password holds, if any: a short one only as a word. */
function findAddressPart(mailbox: Mailbox, password: string): string | undefined {
  const domainNames = mailbox.domainForms.flatMap((form) => form.split('.').slice(0, -1))
  const text = password.normalize('NFC').toLowerCase()
  return [mailbox.localPart, ...domainNames].find((part) => {
    const { length } = [...part]
    if (length >= MIN_EMBEDDED_PART_LENGTH) return text.includes(part)
    return length >= MIN_ADDRESS_PART_LENGTH && holdsWord(text, part)
  })
}

/** Whether a word stands somewhere without a letter on either side: digits and signs are what guessers try there. */
function holdsWord(text: string, word: string): boolean {
  const rest = text.split(word)
  return rest.some(
    (after, index) =>
      index > 0 && !/^[\p{L}\p{M}]/u.test(after) && !/[\p{L}\p{M}]$/u.test(rest[index - 1] ?? ''),
  )
}

/**
 * Whether the panel would read something else than this hosting-account password: an option of its hashing tool,
 * which lets anyone in, the name of a file, or a trimmed or broken text (docs/hestia.md, hazards 1 to 3). Such a
 * password is never sent.
 */
export function panelWouldMisread(password: string): boolean {
  return /^-|^\/tmp\/|^ | $|\p{Cc}/u.test(password)
}

/**
 * What a generated password may hold: one byte each, so that bytes are characters; no space, which may not stand at its
 * ends; no slash, quote, backslash or bracket, which mail programs' settings and command lines may read otherwise.
 */
export const GENERATED_SPECIALS = '-!#$%*+,.:;=?@^_~'

/**
 * The rules for password managers that make passwords, in Apple's syntax for the attribute `passwordrules`
 * (https://developer.apple.com/password-rules/; its grammar is that of apple/password-manager-resources,
 * tools/PasswordRulesParser.js). In a class of one's own the hyphen must come first.
 */
export function passwordRulesAttribute(minLength: number): string {
  return `minlength: ${minLength}; maxlength: ${MAX_PASSWORD_BYTES}; allowed: upper, lower, digit, [${GENERATED_SPECIALS}];`
}
