import type { BrandView } from '../../branding/brand.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Languages } from '../negotiate-language.js'

/** What is configured and the same on every page. */
export interface FrameParts {
  readonly basePath: string
  readonly languages: Languages
  readonly brand: BrandView
}

/** The pages that have a form, by what follows the base path. */
export type PagePath = '' | 'help' | 'link' | 'recover' | 'recovery-address' | 'recovery-address/confirm'

/** All that the layout shows round a page. */
export function frameView(
  { basePath, languages }: FrameParts,
  messages: Messages,
  path: PagePath,
  email: string,
) {
  return {
    language: messages.language,
    languageName: messages.name,
    direction: messages.direction,
    assets: `${basePath}/assets`,
    languages: languages.all().map(({ language, name }) => ({
      tag: language,
      name,
      current: language === messages.language,
      href: pageHref(basePath, path, language, email),
    })),
  }
}

/** A page in a language: what a person has chosen goes along from page to page, without a cookie. */
export function pageHref(
  basePath: string,
  path: PagePath | 'link/end' | 'recovery-address/remove',
  language: string,
  email = '',
): string {
  const query = new URLSearchParams(email === '' ? { lang: language } : { lang: language, email })
  return `${basePath}/${path}?${query}`
}
