import type { BrandView } from '../../branding/brand.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Languages } from '../negotiate-language.js'

/** Configuration that is the same for every page. */
export interface FrameParts {
  readonly basePath: string
  readonly languages: Languages
  readonly brand: BrandView
}

/** The pages with a form, by their path after the base path. */
export type PagePath = '' | 'help' | 'link' | 'recover' | 'recovery-address' | 'recovery-address/confirm'

/** Everything that the layout shows around a page. */
export function frameView(
  { basePath, languages }: FrameParts,
  messages: Messages,
  path: PagePath,
  email: string,
) {
  return {
    language: messages.language,
    languageLine: messages.page.languages.replace('{language}', () => messages.name),
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

/** The URL of a page in a language. It carries the person's choices from page to page without a cookie. */
export function pageHref(
  basePath: string,
  path: PagePath | 'link/end' | 'recovery-address/remove',
  language: string,
  email = '',
): string {
  const query = new URLSearchParams(email === '' ? { lang: language } : { lang: language, email })
  return `${basePath}/${path}?${query}`
}
