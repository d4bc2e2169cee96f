import type { Accent } from './accent.js'
import type { Logo } from './logo.js'

/** A server as people enter it into a mail program. */
export interface MailHost {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls'
}

/** Whose page it is, as the administrator configured it; undefined where nothing was said. */
export interface Brand {
  readonly name: string | undefined
  readonly logo: Logo | undefined
  readonly accent: Accent | undefined
  /** Whom people may ask: in words, and as a link (`https:`, `mailto:` or `tel:`). */
  readonly support: { readonly contact: string | undefined; readonly url: string | undefined }
  /** Plain text, which may have several lines. */
  readonly extraText: string | undefined
  readonly webmailUrl: string | undefined
  readonly incoming: MailHost | undefined
  readonly outgoing: MailHost | undefined
}

/**
 * The brand as every template has it, in `it.brand`. Texts and links that are not configured are empty, mail hosts are null.
 * `hasLogo` and `hasStylesheet` tell whether `assets/logo` and `assets/brand.css` are there.
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

/** The words of a name, the whole of it among them: who guesses passwords tries them first. */
export function brandWordsOf(name: string | undefined): string[] {
  return name === undefined ? [] : [...new Set([name, ...name.split(/[^\p{L}\p{N}]+/u)])].filter(Boolean)
}
