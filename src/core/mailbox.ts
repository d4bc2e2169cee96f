import { domainToASCII, domainToUnicode } from 'node:url'
import { normalizeAddress } from './typed-text.js'

/** A mailbox that somebody named: it need not exist. */
export interface Mailbox {
  /** Lower case. */
  readonly localPart: string
  /** The domain in ASCII (punycode where it is internationalised), lower case: the one name for limits, locks and logs. */
  readonly domain: string
  /**
   * The forms under which a panel may have stored the domain, likelier first. A panel finds an internationalised
   * domain only in the form it was created in, and the one seen is Unicode (docs/hestia.md, hazard 6).
   */
  readonly domainForms: readonly string[]
  /** `localPart@domain` */
  readonly address: string
}

const LOCAL_PART = /^[a-z0-9_.-]{1,64}$/
const NOT_IN_LOCAL_PART = /[^a-z0-9_.-]/u

/**
 * Letters, their marks, digits, hyphens and dots. Node's converter is the one for URLs, which would also take
 * `%41`, `[::1]` or `host:port`.
 */
const TYPED_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u
const NOT_IN_DOMAIN = /[^\p{L}\p{M}\p{N}.-]/u

/** RFC 1035 section 2.3.4: a label has at most 63 octets; the last one has a letter, or it were an IPv4 address. */
const ASCII_DOMAIN =
  /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** RFC 5891 section 4.2.3.1. The URL standard's converter lets it pass, and the panel's tools would read an option. */
const OUTER_HYPHEN = /(?:^|\.)-|-(?:\.|$)/

/** A label that the converter couldn't decode: Node.js 24 returns it as it is, earlier releases return nothing at all. */
const UNDECODED_LABEL = /(?:^|\.)xn--/

/**
 * The panel's commands cut off a leading `www.` (its func/main.sh, format_domain): it has no such domain, and a change
 * for `info@www.example.org` would be made for `info@example.org`, past the lock and the limits of that mailbox.
 */
const CUT_BY_PANEL = /^www\./

/** RFC 1035 section 2.3.4, less the root's length octet and the last dot. */
const MAX_DOMAIN_LENGTH = 253

/** A domain's two forms, which are the same for one that is not internationalised. */
export interface Domain {
  readonly ascii: string
  readonly unicode: string
}

/** Reads a domain in Unicode or in punycode, in lower case; undefined if it is none. */
export function parseDomain(typed: string): Domain | undefined {
  if (!TYPED_DOMAIN.test(typed)) return undefined
  const ascii = domainToASCII(typed)
  if (!ASCII_DOMAIN.test(ascii) || ascii.length > MAX_DOMAIN_LENGTH) return undefined
  const unicode = domainToUnicode(ascii)
  // What the converter made of it may hold what nobody may type: `⅐` becomes a 1, a fraction slash and a 7.
  if (!TYPED_DOMAIN.test(unicode) || OUTER_HYPHEN.test(unicode) || UNDECODED_LABEL.test(unicode))
    return undefined
  // Punycode can write one domain in two ways, and the converter takes both (RFC 5891 section 4.4 only one).
  return domainToASCII(unicode) === ascii ? { ascii, unicode } : undefined
}

/**
 * Reads an address as a person types or pastes it (`normalizeAddress`), the domain in Unicode or in punycode. Gives
 * undefined for what no panel can store.
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

/** A character that can be shown by itself. */
const SHOWABLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * The first character of an address that keeps it from being a mailbox's here, such as the `+` of `info+tag@example.org`.
 * Undefined if there is none, or if the address is not whole.
 */
export function characterNotAllowed(typed: string): string | undefined {
  const [localPart = '', domain = '', ...rest] = normalizeAddress(typed).split('@')
  if (localPart === '' || domain === '' || rest.length > 0) return undefined
  const [character = ''] = NOT_IN_LOCAL_PART.exec(localPart) ?? NOT_IN_DOMAIN.exec(domain) ?? []
  return SHOWABLE.test(character) ? character : undefined
}
