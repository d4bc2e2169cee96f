import type { Request, RequestHandler, Response } from 'express'
import type { Messages } from '../languages/catalogue.js'

/** The languages that the service speaks. */
export interface Languages {
  /** By what their speakers call them, in alphabetical order. */
  all(): readonly Messages[]
  /** The words for an answer to a request: in the language of `?lang=`, else the browser's, else the configured one. */
  messagesFor(request: Request): Messages
  /** Gives an answer its language. */
  readonly setLanguage: RequestHandler
}

/** @param fallback the configured language, one of the catalogues */
export function createLanguages(catalogues: ReadonlyMap<string, Messages>, fallback: string): Languages {
  // The first one is taken where the browser has no wish.
  const tags = [fallback, ...[...catalogues.keys()].filter((tag) => tag !== fallback).toSorted()]
  let sorted: readonly Messages[] | undefined

  /** Sorted when a page is first shown: a collator takes memory. */
  function all(): readonly Messages[] {
    sorted ??= byName([...catalogues.values()])
    return sorted
  }

  function wanted(request: Request): string | undefined {
    const { lang } = request.query
    const asked = typeof lang === 'string' ? lookUpLanguage(lang, tags) : undefined
    return asked ?? (request.acceptsLanguages([...tags]) || undefined)
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

/**
 * Finds a language as RFC 4647 section 3.4 does, by leaving out parts from the end (`de-AT` finds `de`); a language that
 * is there only with its region is found without it (`zh` finds `zh-CN`). Webmail programs write `de_AT`.
 */
export function lookUpLanguage(asked: string, tags: readonly string[]): string | undefined {
  const parts = asked.replaceAll('_', '-').toLowerCase().split('-').slice(0, 8)
  for (let length = parts.length; length > 0; length--) {
    const range = parts.slice(0, length).join('-')
    const found = tags.find((tag) => tag.toLowerCase() === range)
    if (found) return found
  }
  return tags.find((tag) => tag.toLowerCase().startsWith(`${parts[0]}-`))
}
