import type { Messages } from './catalogue.js'
import type { Languages } from './languages.js'

/** A server as people enter it into a mail program. */
interface MailHost {
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls'
}

/** Whose page it is; texts and links that are not configured are empty. */
export interface BrandView {
  readonly name: string
  readonly hasLogo: boolean
  readonly hasStylesheet: boolean
  readonly supportContact: string
  readonly supportUrl: string
  readonly extraText: string
  readonly webmailUrl: string
  readonly incoming: MailHost | null
  readonly outgoing: MailHost | null
}

/** What is configured and the same on every page. */
export interface FrameParts {
  readonly basePath: string
  readonly languages: Languages
  readonly brand: BrandView
}

/** All that the layout shows round a page. */
export function frameView({ basePath, languages, brand }: FrameParts, messages: Messages, email = '') {
  return {
    language: messages.language,
    languageName: messages.name,
    direction: messages.direction,
    words: messages.page,
    brand,
    assets: `${basePath}/assets`,
    languages: languages.all.map(({ language, name }) => ({
      tag: language,
      name,
      current: language === messages.language,
      href: formHref(basePath, language, email),
    })),
  }
}

/** The form in a language: what a person has chosen goes along from page to page, without a cookie. */
export function formHref(basePath: string, language: string, email = ''): string {
  const query = new URLSearchParams(email === '' ? { lang: language } : { lang: language, email })
  return `${basePath}/?${query}`
}
