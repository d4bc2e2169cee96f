import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { Answer } from '../../core/answer.js'
import type { AttemptContext, RecordAttempt } from '../../core/attempt-context.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Clock } from '../../lib/clock.js'
import { describeError } from '../../lib/describe-error.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { answerToError } from './error-answer.js'
import type { InFlight } from './in-flight.js'

/** How requests come to their answers, whatever the answers look like. */
export interface Answering {
  /**
   * The handlers of an attempt, in order: it passes the door, it is decided, its answer is logged, then sent, then told
   * to `afterAnswer`. A process that stops waits for it, also when the client has gone.
   */
  attempt(
    door: readonly RequestHandler[],
    decide: (body: unknown, context: AttemptContext) => Promise<Answer>,
    send: (response: Response, answer: Answer, body: unknown) => void,
  ): readonly RequestHandler[]
  /** Turns errors into answers, and logs those that are ours. */
  onError(send: (response: Response, answer: Answer) => void): ErrorRequestHandler
}

/** Told of an attempt, and of the words that it was answered in, when its answer has been sent; neither waits nor fails. */
export type AfterAnswer = (context: AttemptContext, answer: Answer, messages: Messages) => void

interface AnsweringParts {
  readonly logger: Logger
  readonly clock: Clock
  readonly inFlight: InFlight
  readonly recordAttempt: RecordAttempt
  readonly afterAnswer: AfterAnswer
}

/** For an attempt that could be read only when the process had been told to stop: it may not live to see its end. */
const STOPPING: Answer = { code: 'panel-busy', reason: 'stopping', changeSent: false }

export function createAnswering(parts: AnsweringParts): Answering {
  const { logger, clock, inFlight, recordAttempt, afterAnswer } = parts

  const beginAttempt: RequestHandler = (_request, response, next) => {
    contextOf(response).awaitsLog = true
    next()
  }

  /** Requests that are no attempts leave no line. */
  function log(response: Response, answer: Answer): void {
    const context = contextOf(response)
    if (!context.awaitsLog) return
    // One line per attempt, also where an answer that was logged can't be shown.
    context.awaitsLog = false
    recordAttempt({ context, answer, durationMs: clock.now() - context.arrivedMs })
  }

  return {
    attempt(door, decide, send) {
      async function carryOut({ body }: Request, response: Response): Promise<void> {
        const context = contextOf(response)
        const answer = inFlight.isStopping() ? STOPPING : await decide(body, context)
        log(response, answer)
        try {
          send(response, answer, body)
        } finally {
          // Also where the answer can't be shown: what it says is true.
          afterAnswer(context, answer, messagesOf(response))
        }
      }
      return [beginAttempt, ...door, (request, response) => inFlight.track(carryOut(request, response))]
    },

    onError(send) {
      return (error, _request, response, _next) => {
        const answer = answerToError(error)
        if (answer.code === 'internal-error') {
          const { requestId } = contextOf(response)
          logger.error({ event: 'internal-error', requestId, ...describeError(error) })
        }
        log(response, answer)
        // Half an answer can't be taken back; it must not look like a whole one.
        if (response.headersSent) response.destroy()
        else send(response, answer)
      }
    },
  }
}
