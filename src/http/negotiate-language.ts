import type { Request, RequestHandler, Response } from 'express'
import type { Messages } from '../languages/catalogue.js'
import { lookUpLanguage } from '../languages/look-up-language.js'

/** The languages that the service offers. */
export interface Languages {
  /** All languages, sorted by the name their speakers use. */
  all(): readonly Messages[]
  /** The texts for a request: in the language of `?lang=`, otherwise the browser's, otherwise the configured one. */
  messagesFor(request: Request): Messages
  /** Sets the language of the answer. */
  readonly setLanguage: RequestHandler
}

/** A browser names a few languages. A header with thousands must not cost time. */
const LANGUAGES_READ = 20

/** @param fallback the configured language; must be in the catalogues */
export function createLanguages(catalogues: ReadonlyMap<string, Messages>, fallback: string): Languages {
  const tags = [...catalogues.keys()].toSorted()
  let sorted: readonly Messages[] | undefined

  /** Sorted only when a page is first shown, because a collator takes memory. */
  function all(): readonly Messages[] {
    sorted ??= byName([...catalogues.values()])
    return sorted
  }

  function wanted(request: Request): string | undefined {
    const { lang } = request.query
    const asked = [...(typeof lang === 'string' ? [lang] : []), ...request.acceptsLanguages()]
    for (const range of asked.slice(0, LANGUAGES_READ)) {
      const found = range === '*' ? fallback : lookUpLanguage(range, tags)
      if (found) return found
    }
    return undefined
  }

  function messagesFor(request: Request): Messages {
    const messages = catalogues.get(wanted(request) ?? fallback)
    if (!messages) throw new Error('no catalogue for the configured language')
    return messages
  }

  return {
    all,
    messagesFor,
    setLanguage(request, response, next) {
      const messages = messagesFor(request)
      response.locals.messages = messages
      response.setHeader('Content-Language', messages.language)
      response.vary('Accept-Language')
      next()
    },
  }
}

function byName(languages: readonly Messages[]): readonly Messages[] {
  const order = new Intl.Collator('en')
  return languages.toSorted((a, b) => order.compare(a.name, b.name))
}

/** The texts in the language of this answer. */
export function messagesOf(response: Response): Messages {
  return response.locals.messages as Messages
}
