import { withoutInvisible } from '../lib/invisible-characters.js'

/** A longer one is no address, whatever is wrapped round it. */
const MAX_WRAPPED_LENGTH = 1000

/** What stands round an address where it was copied: a link, a name, brackets or quotes. */
const WRAPPINGS = [
  /^mailto:([^?]*)(?:\?.*)?$/s,
  /^[^<>]*<([^<>]*)>$/,
  /^[\p{Ps}\p{Pi}"'](.*)[\p{Pe}\p{Pf}"']$/su,
]

const TAIL = /[\p{Terminal_Punctuation}\s]/u

/**
 * An address as it was meant: in lower case, full-width signs folded (NFKC), without characters that can't be seen, and
 * without what was copied along with it. It need not be one.
 */
export function normalizeAddress(typed: string): string {
  const seen = withoutInvisible(typed.normalize('NFKC'))
  // Keyboards for Chinese and Japanese have the ideographic full stop where others have the dot (UTS #46, section 2.3).
  const text = seen.replaceAll('。', '.').toLowerCase().normalize('NFKC')
  return text.length > MAX_WRAPPED_LENGTH ? text : unwrap(text)
}

function unwrap(text: string): string {
  const bare = withoutTail(text.trimStart())
  const inner = WRAPPINGS.reduce((rest, wrapping) => rest.replace(wrapping, '$1'), bare)
  return inner === text ? text : unwrap(inner)
}

function withoutTail(text: string): string {
  let end = text.length
  while (TAIL.test(text.charAt(end - 1))) end -= 1
  return text.slice(0, end)
}

/** A hosting account's name as it was meant: full-width signs folded (NFKC), without spaces and characters that can't be seen. */
export function normalizeAccountName(typed: string): string {
  return withoutInvisible(typed.normalize('NFKC')).replaceAll(/\s/g, '').normalize('NFKC')
}

/**
 * A password as different devices send what was typed on them (Unicode's normal forms NFC and NFD): as it came first, once if
 * that makes no difference.
 */
export function normalFormsOf(password: string): string[] {
  return [...new Set([password, password.normalize('NFC'), password.normalize('NFD')])]
}

/** A longer one is no code. */
const MAX_CODE_LENGTH = 100

const SEPARATORS = /[\s\p{P}\u2212]/gu

/** A one-time code as it was meant: the decimal digits of any script as 0 to 9, without what separates them. */
export function normalizeCode(typed: string): string {
  const code = withoutInvisible(typed).replaceAll(SEPARATORS, '')
  return code.length > MAX_CODE_LENGTH ? code : code.replaceAll(/\p{Nd}/gu, asciiDigit)
}

/** Unicode has the ten digits of a set in order, one after another, and sets begin where no digit stands or another ends. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let first = code
  while (isDigit(first - 1)) first -= 1
  return String((code - first) % 10)
}

function isDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(code))
}

/** The secret part of a recovery link (`rk1.…`), taken out of whatever was copied along with it, such as the whole link. */
export function normalizeLink(typed: string): string {
  const text = withoutInvisible(typed).replaceAll(/\s/g, '')
  const [link = text] = /rk1\.[\w.-]*[\w-]/.exec(text) ?? []
  return link
}
