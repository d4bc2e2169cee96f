import type { Mailbox } from '../../src/core/mailbox.js'

/** The mailbox that was typed so far, for the rule about its name; the server reads it with more care. */
export function typedMailbox(typed: string): Mailbox {
  const address = typed.trim().toLowerCase()
  const at = address.lastIndexOf('@')
  const localPart = at < 0 ? address : address.slice(0, at)
  const domain = at < 0 ? '' : address.slice(at + 1)
  return { localPart, domain, domainForms: [...new Set([domain, inAscii(domain)])], address }
}

/** In punycode, where it is a domain. */
function inAscii(domain: string): string {
  try {
    return new URL(`http://${domain}`).hostname
  } catch {
    return domain
  }
}
