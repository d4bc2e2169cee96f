import type { OutgoingHttpHeader } from 'node:http'
import type { RequestHandler, Response } from 'express'
import type { RecordAttempt } from '../../core/attempt-context.js'
import { wordsOf } from '../../languages/messages.js'
import type { Clock } from '../../lib/clock.js'
import type { AddressLimit } from '../../limits/address-limit.js'
import { setHead } from '../answer-head.js'
import type { Languages } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { bearsToken } from './clients.js'
import { isCrossSite } from './cross-site.js'
import type { HeldAnswers } from './held-answers.js'

/** How many answers are cached: they differ by language and waiting time. */
const MAX_READY = 200

/** Headers that are set again for each answer. */
const CHANGING_HEADERS = ['retry-after', 'ratelimit', 'ratelimit-policy', 'content-length', 'connection']

/** An answer as it was sent, without the parts that change each time. */
interface ReadyAnswer {
  readonly headers: Map<string, OutgoingHttpHeader>
  /** The text before, between and after the request's ID. */
  readonly texts: readonly string[]
}

interface EarlyRefusalParts {
  readonly refusalOf: AddressLimit['refusalOf']
  readonly messagesFor: Languages['messagesFor']
  readonly held: HeldAnswers
  readonly clock: Clock
  /** Missing if the path's submissions aren't attempts. */
  readonly recordAttempt?: RecordAttempt | undefined
}

/**
 * Refuses submissions to one path from addresses that are known to have reached their limit, before routing. The first answer
 * with the same words is made the normal way and cached. The next ones are delayed and get the cached answer. Submissions with a
 * token or from another site always go the normal way, because their answer may differ.
 */
export function createEarlyRefusal(parts: EarlyRefusalParts, maxReady = MAX_READY): RequestHandler {
  const { held, clock, recordAttempt } = parts
  const ready = new Map<string, ReadyAnswer>()

  /**
   * Caches the answer of the normal way. Not if it is another status, or if the body was read, because then it may contain data
   * of its sender.
   */
  function keepAnswer(response: Response, key: string): void {
    const send = response.send.bind(response)
    response.send = (text: unknown) => {
      send(text)
      if (response.statusCode !== 429 || response.req.body !== undefined) return response
      if (ready.size >= maxReady) ready.clear()
      ready.set(key, readyAnswer(response, String(text)))
      return response
    }
  }

  return async function refuseEarly(request, response, next) {
    const context = contextOf(response)
    const answer = parts.refusalOf(context)?.answer
    if (!answer || bearsToken(request) || isCrossSite(request)) return next()
    const messages = parts.messagesFor(request)
    const key = `${messages.language} ${wordsOf(answer, messages).detail}`
    const kept = ready.get(key)
    if (!kept) {
      keepAnswer(response, key)
      return next()
    }
    await held.hold(response)
    recordAttempt?.({ context, answer, durationMs: clock.now() - context.arrivedMs })
    setHead(response, answer)
    response.setHeaders(kept.headers).end(kept.texts.join(context.requestId))
  }
}

function readyAnswer(response: Response, text: string): ReadyAnswer {
  const headers = new Map(Object.entries(response.getHeaders() as Record<string, OutgoingHttpHeader>))
  for (const name of CHANGING_HEADERS) headers.delete(name)
  return { headers, texts: text.split(contextOf(response).requestId) }
}
