import { domainToASCII, domainToUnicode } from 'node:url'
import { normalizeAddress } from './typed-text.js'

/** A mailbox that someone named. It need not exist. */
export interface Mailbox {
  /** In lower case. */
  readonly localPart: string
  /** In ASCII (punycode if internationalised) and lower case. Limits, locks and logs use only this form. */
  readonly domain: string
  /**
   * The forms in which a panel may have stored the domain, the likelier one first. It finds only the form in which the domain was
   * created; the one that we tried was in Unicode (docs/hestia.md, hazard 6).
   */
  readonly domainForms: readonly string[]
  /** `localPart@domain` */
  readonly address: string
}

const LOCAL_PART = /^[a-z0-9_.-]{1,64}$/
const NOT_IN_LOCAL_PART = /[^a-z0-9_.-]/u

/**
 * Letters, marks, digits, hyphens and dots. Node's converter would also accept parts of URLs, such as `%41`, `[::1]` or
 * `host:port`.
 */
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u
const NOT_IN_DOMAIN = /[^\p{L}\p{M}\p{N}.-]/u

/** RFC 1035 section 2.3.4: a label has at most 63 octets. The last one has a letter; otherwise it could be an IPv4 address. */
const ASCII_DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** RFC 5891 section 4.2.3.1. The converter allows it, and the panel's tools would read an option. */
const OUTER_HYPHEN = /(?:^|\.)-|-(?:\.|$)/

/** A label that the converter couldn't decode. Node.js 24 returns it unchanged; earlier releases return an empty domain. */
const UNDECODED_LABEL = /(?:^|\.)xn--/

/**
 * The panel's commands cut off a leading `www.` (its func/main.sh, format_domain). A change for `info@www.example.org` would be
 * made for `info@example.org`, past that mailbox's lock and limits.
 */
const CUT_BY_PANEL = /^www\./

/** RFC 1035 section 2.3.4, without the root's length octet and the last dot. */
const MAX_DOMAIN_LENGTH = 253

/** They differ only if the domain is internationalised. */
export interface Domain {
  readonly ascii: string
  readonly unicode: string
}

/** Reads a domain in Unicode or punycode, in lower case. Undefined if it isn't one. */
export function parseDomain(typed: string): Domain | undefined {
  if (!TYPED_DOMAIN.test(typed)) return undefined
  const ascii = domainToASCII(typed)
  if (!ASCII_DOMAIN.test(ascii) || ascii.length > MAX_DOMAIN_LENGTH) return undefined
  const unicode = domainToUnicode(ascii)
  // The converted form may have characters that can't be typed: `⅐` becomes 1, a fraction slash and 7.
  if (!TYPED_DOMAIN.test(unicode) || OUTER_HYPHEN.test(unicode) || UNDECODED_LABEL.test(unicode))
    return undefined
  // A domain may have two punycode forms. The converter accepts both, RFC 5891 section 4.4 only one.
  return domainToASCII(unicode) === ascii ? { ascii, unicode } : undefined
}

/**
 * Reads a typed or pasted address (`normalizeAddress`), with its domain in Unicode or punycode. Undefined if no panel can store
 * it.
 */
export function parseMailbox(typed: string): Mailbox | undefined {
  const [localPart, typedDomain, ...rest] = normalizeAddress(typed).split('@')
  if (localPart === undefined || typedDomain === undefined || rest.length > 0) return undefined
  const domain = LOCAL_PART.test(localPart) ? parseDomain(typedDomain) : undefined
  if (!domain || CUT_BY_PANEL.test(domain.ascii)) return undefined
  const { ascii, unicode } = domain
  return {
    localPart,
    domain: ascii,
    domainForms: unicode === ascii ? [ascii] : [unicode, ascii],
    address: `${localPart}@${ascii}`,
  }
}

/** A character that can be shown on its own. */
const SHOWABLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * The first character that no mailbox here may have, such as the `+` in `info+tag@example.org`. Undefined if there is none, or if
 * the address is incomplete.
 */
export function characterNotAllowed(typed: string): string | undefined {
  const [localPart = '', domain = '', ...rest] = normalizeAddress(typed).split('@')
  if (localPart === '' || domain === '' || rest.length > 0) return undefined
  const [character = ''] = NOT_IN_LOCAL_PART.exec(localPart) ?? NOT_IN_DOMAIN.exec(domain) ?? []
  return SHOWABLE.test(character) ? character : undefined
}
