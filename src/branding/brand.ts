import type { Accent } from './accent.js'
import type { Logo } from './logo.js'

/** A server, as people enter it into a mail program. */
export interface MailHost {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls'
}

/** The administrator's brand. What isn't configured is undefined. */
export interface Brand {
  readonly name: string | undefined
  readonly logo: Logo | undefined
  readonly accent: Accent | undefined
  /** Where people can get help: in words, and as a link (`https:`, `mailto:` or `tel:`). */
  readonly support: { readonly contact: string | undefined; readonly url: string | undefined }
  /** Plain text; may have several lines. */
  readonly extraText: string | undefined
  readonly webmailUrl: string | undefined
  readonly incoming: MailHost | undefined
  readonly outgoing: MailHost | undefined
}

/**
 * The brand as templates see it, in `it.brand`. Missing texts and links are empty; missing mail hosts are null. `hasLogo` and
 * `hasStylesheet` say whether `assets/logo` and `assets/brand.css` exist.
 */
export function brandView({ name, logo, accent, support, ...brand }: Brand) {
  return {
    name: name ?? '',
    hasLogo: logo !== undefined,
    hasStylesheet: accent !== undefined,
    supportContact: support.contact ?? support.url?.replace(/^(?:mailto|tel):([^?]*).*$/, '$1') ?? '',
    supportUrl: support.url ?? '',
    extraText: brand.extraText ?? '',
    webmailUrl: brand.webmailUrl ?? '',
    incoming: brand.incoming ?? null,
    outgoing: brand.outgoing ?? null,
  }
}

/** What templates know of the brand. */
export type BrandView = ReturnType<typeof brandView>

/** The name, and the words in it. People who guess passwords try these first. */
export function brandWordsOf(name: string | undefined): string[] {
  return name === undefined ? [] : [...new Set([name, ...name.split(/[^\p{L}\p{N}]+/u)])].filter(Boolean)
}
