import { domainToUnicode } from 'node:url'
import { parseDomain } from '../mailbox.js'
import { normalizeAddress } from '../typed-text.js'

/** The part before the `@` (RFC 5321 section 4.1.2), without quoted forms. */
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

/** RFC 5321 section 4.5.3.1. */
const MAX_LOCAL_PART_LENGTH = 64
const MAX_LENGTH = 254

/**
 * Reads any typed or pasted mail address (`normalizeAddress`). Returns it in lower case, its domain in ASCII. Undefined if it
 * isn't one.
 */
export function parseOutsideAddress(typed: string): string | undefined {
  const text = normalizeAddress(typed)
  const at = text.lastIndexOf('@')
  const localPart = text.slice(0, Math.max(at, 0))
  const domain = parseDomain(text.slice(at + 1))
  if (!domain || !LOCAL_PART.test(localPart) || localPart.length > MAX_LOCAL_PART_LENGTH) return undefined
  const address = `${localPart}@${domain.ascii}`
  return address.length > MAX_LENGTH ? undefined : address
}

/** Enough of an address to recognise it: `jane@mail.example.org` becomes `j…@m….org`. */
export function maskAddress(address: string): string {
  const [localPart = '', domain = ''] = address.split('@')
  const unicode = domainToUnicode(domain)
  return `${firstOf(localPart)}…@${firstOf(unicode)}….${unicode.slice(unicode.lastIndexOf('.') + 1)}`
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0)
}
