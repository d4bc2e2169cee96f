import { withoutInvisible } from '../lib/invisible-characters.js'

/** A longer text isn't an address, whatever surrounds it. */
const MAX_WRAPPED_LENGTH = 1000

/** What copied addresses may be wrapped in: a link, a name, brackets or quotes. */
const WRAPPINGS = [
  /^mailto:([^?]*)(?:\?.*)?$/s,
  /^[^<>]*<([^<>]*)>$/,
  /^[\p{Ps}\p{Pi}"'](.*)[\p{Pe}\p{Pf}"']$/su,
]

const TAIL = /[\p{Terminal_Punctuation}\s]/u

/**
 * The intended address: in lower case, full-width signs folded (NFKC), without invisible characters and what was copied along. It
 * may still be no address.
 */
export function normalizeAddress(typed: string): string {
  const seen = withoutInvisible(typed.normalize('NFKC'))
  // Chinese and Japanese keyboards have the ideographic full stop in place of the dot (UTS #46, section 2.3).
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

/** The intended name of a hosting account: full-width signs folded (NFKC), without spaces and invisible characters. */
export function normalizeAccountName(typed: string): string {
  return withoutInvisible(typed.normalize('NFKC')).replaceAll(/\s/g, '').normalize('NFKC')
}

/** The forms in which devices may send the same password: as it came, Unicode's NFC and NFD. Without duplicates. */
export function normalFormsOf(password: string): string[] {
  return [...new Set([password, password.normalize('NFC'), password.normalize('NFD')])]
}

/** A longer text isn't a code. */
const MAX_CODE_LENGTH = 100

const SEPARATORS = /[\s\p{P}\u2212]/gu

/** The intended one-time code: digits of any script become 0 to 9, separators are removed. */
export function normalizeCode(typed: string): string {
  const code = withoutInvisible(typed).replaceAll(SEPARATORS, '')
  return code.length > MAX_CODE_LENGTH ? code : code.replaceAll(/\p{Nd}/gu, asciiDigit)
}

/** Unicode has the ten digits of a script in a row, which begins after a character that isn't a digit, or after another row. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  let first = code
  while (isDigit(first - 1)) first -= 1
  return String((code - first) % 10)
}

function isDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(code))
}

/** The secret part of a recovery link (`rk1.…`), cut out of what was copied, such as the whole link. */
export function normalizeLink(typed: string): string {
  const text = withoutInvisible(typed).replaceAll(/\s/g, '')
  const [link = text] = /rk1\.[\w.-]*[\w-]/.exec(text) ?? []
  return link
}
