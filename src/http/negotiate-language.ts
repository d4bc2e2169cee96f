import type { Request, RequestHandler, Response } from 'express'
import type { Messages } from '../languages/catalogue.js'
import { lookUpLanguage } from '../languages/look-up-language.js'

/** The languages that the service speaks. */
export interface Languages {
  /** By what their speakers call them, in alphabetical order. */
  all(): readonly Messages[]
  /** The words for an answer to a request: in the language of `?lang=`, else the browser's, else the configured one. */
  messagesFor(request: Request): Messages
  /** Gives an answer its language. */
  readonly setLanguage: RequestHandler
}

/** A browser names a few languages; a header with thousands must not cost time. */
const LANGUAGES_READ = 20

/** @param fallback the configured language, one of the catalogues */
export function createLanguages(catalogues: ReadonlyMap<string, Messages>, fallback: string): Languages {
  const tags = [...catalogues.keys()].toSorted()
  let sorted: readonly Messages[] | undefined

  /** Sorted when a page is first shown: a collator takes memory. */
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
    if (!messages) throw new Error('there is no catalogue of the configured language')
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

/** The words in which this answer is given. */
export function messagesOf(response: Response): Messages {
  return response.locals.messages as Messages
}
