import { domainToUnicode } from 'node:url'
import { parseDomain } from '../mailbox.js'
import { normalizeAddress } from '../typed-text.js'

/** What stands before the `@` (RFC 5321 section 4.1.2), without the form in quotes. */
const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

/** RFC 5321 section 4.5.3.1. */
const MAX_LOCAL_PART_LENGTH = 64
const MAX_LENGTH = 254

/**
 * Reads any address that mail can be sent to, as a person types or pastes it (`normalizeAddress`): in lower case, its domain in
 * ASCII. Undefined if it is none.
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

/** As much of an address as its user needs to know it again: `jane@mail.example.org` is `j…@m….org`. */
export function maskAddress(address: string): string {
  const [localPart = '', domain = ''] = address.split('@')
  const unicode = domainToUnicode(domain)
  return `${firstOf(localPart)}…@${firstOf(unicode)}….${unicode.slice(unicode.lastIndexOf('.') + 1)}`
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0)
}
