import { toUnicode } from 'punycode/'
import type { Mailbox } from '../../src/core/mailbox.js'
import { normalizeAddress } from '../../src/core/typed-text.js'

/** The mailbox typed so far, for the rule about its name. The server parses it more strictly. */
export function typedMailbox(typed: string): Mailbox {
  const address = normalizeAddress(typed)
  const at = address.lastIndexOf('@')
  const localPart = at < 0 ? address : address.slice(0, at)
  const domain = inAscii(at < 0 ? '' : address.slice(at + 1))
  return { localPart, domain, domainForms: [...new Set([inUnicode(domain), domain])], address }
}

/** Converts to punycode, if it is a domain. */
function inAscii(domain: string): string {
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    return domain
  }
}

/** Browsers have no function for this direction. */
function inUnicode(domain: string): string {
  try {
    return toUnicode(domain)
  } catch {
    return domain
  }
}
