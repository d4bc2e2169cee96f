import type { BrandView } from '../../branding/brand.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Languages } from '../negotiate-language.js'

/** What is configured and the same on every page. */
export interface FrameParts {
  readonly basePath: string
  readonly languages: Languages
  readonly brand: BrandView
}

/** All that the layout shows round a page. */
export function frameView({ basePath, languages }: FrameParts, messages: Messages, email = '') {
  return {
    language: messages.language,
    languageName: messages.name,
    direction: messages.direction,
    assets: `${basePath}/assets`,
    languages: languages.all().map(({ language, name }) => ({
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
