import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import { type Answer, answers, Refused } from '../../core/answer.js'
import type { Attempt, CallerKind } from '../../core/attempt.js'
import type { AttemptContext, RecordAttempt } from '../../core/attempt-context.js'
import { callerGone } from '../../core/panel-port.js'
import type { Messages } from '../../languages/catalogue.js'
import type { Clock } from '../../lib/clock.js'
import { createDeadline } from '../../lib/deadline.js'
import { describeError } from '../../lib/describe-error.js'
import type { AddressLimit } from '../../limits/address-limit.js'
import { messagesOf } from '../negotiate-language.js'
import { contextOf } from '../request-context.js'
import { answerToError } from './error-answer.js'
import type { HeldAnswers } from './held-answers.js'
import type { ParsedBody } from './parse-body.js'
import { createRefusalDelay } from './refusal-delay.js'

/** The sender of a submission, and how long it waits for the answer. */
export interface Caller extends Pick<Attempt, 'callerKind' | 'clientAddress' | 'deadline' | 'hungUp'> {
  /** The language of the answer (BCP 47). */
  readonly language: string
}

/** What to do with one kind of submission. */
export interface Action<Value> {
  /** Adds what the audit line needs to the context. Rejects with `Refused`, or on a bug. */
  carryOut(value: Value, caller: Caller, context: AttemptContext): Promise<Answer>
  /** Called once the answer has been sent, with its texts. Must neither wait nor fail. */
  afterAnswer(value: Value, answer: Answer, messages: Messages, context: AttemptContext): void
}

/** How one face differs from the others. */
export interface Face<Body, Value> {
  /** The guards that a submission must pass, in order. They also read its body. */
  readonly guards: readonly RequestHandler[]
  parse(body: Body, context: AttemptContext): ParsedBody<Value>
  readonly action: Action<Value>
  callerKind(context: AttemptContext): CallerKind
  /** The time limit of a change, in ms from the start of the request. The caller waits no longer. */
  timeoutMs(request: Request): number
  /** @param body missing if the request was refused before its body had been read */
  show(response: Response, answer: Answer, body?: Body): void
}

/** The steps that every request goes through. */
export interface Pipeline {
  /** The handlers of a submission, in order. A caller that disconnects ends it, unless the change was already sent. */
  submission<Body, Value>(face: Face<Body, Value>): RequestHandler[]
  /** Turns errors into answers, and logs bugs. */
  onError(show: (response: Response, answer: Answer) => void): ErrorRequestHandler
  /** When the process stops: refuses further submissions, and resolves when the running ones have ended. */
  drain(): Promise<void>
  /** Whether `drain` was called. */
  isStopping(): boolean
}

interface PipelineParts {
  readonly logger: Logger
  readonly clock: Clock
  readonly settleAddress: AddressLimit['settle']
  readonly held: HeldAnswers
  /** The minimum delay of a refusal of credentials, from when the submission had been read. */
  readonly refusalDelayMs: number
  readonly recordAttempt: RecordAttempt
}

/** The answer to a submission that was read after the process was told to stop, because it may not live to finish it. */
const STOPPING: Answer = { code: 'panel-busy', reason: 'stopping' }

export function createPipeline(parts: PipelineParts): Pipeline {
  const { logger, clock, recordAttempt } = parts
  const delayRefusal = createRefusalDelay(parts.refusalDelayMs, clock)
  const underWay = new Set<Promise<void>>()
  let stopping = false

  /** All steps of a submission: the guards, then `carryOut`, which only a bug leaves early. */
  function submission<Body, Value>(face: Face<Body, Value>): RequestHandler[] {
    return [beginAttempt, ...face.guards, (request, response) => track(carryOut(face, request, response))]
  }

  async function carryOut<Body, Value>(
    face: Face<Body, Value>,
    request: Request,
    response: Response,
  ): Promise<void> {
    const body: Body = request.body
    const context = contextOf(response)
    const deadline = createDeadline(context.startedMs + face.timeoutMs(request) - clock.now(), clock)
    const { clientAddress } = context
    const caller = {
      callerKind: face.callerKind(context),
      clientAddress,
      deadline,
      hungUp: hangUpOf(response),
      language: messagesOf(response).language,
    }
    const parsed = face.parse(body, context)
    const answer = stopping ? STOPPING : await decide(face.action, parsed, caller, context)
    await parts.settleAddress(response, answer)
    await finish(response, answer)
    try {
      face.show(response, answer, body)
    } finally {
      // Even if the answer can't be shown, because it is still true.
      if (parsed.ok) face.action.afterAnswer(parsed.value, answer, messagesOf(response), context)
    }
  }

  async function decide<Value>(
    action: Action<Value>,
    parsed: ParsedBody<Value>,
    caller: Caller,
    context: AttemptContext,
  ): Promise<Answer> {
    if (!parsed.ok) return { code: 'invalid-request', faults: parsed.faults }
    const readMs = clock.now()
    try {
      const answer = await action.carryOut(parsed.value, caller, context)
      // The attempt has been counted by now, so it isn't running any more while its refusal is delayed.
      if (answer.code === 'invalid-credentials') await delayRefusal(readMs)
      return answer
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    }
  }

  /**
   * Delays the answer if its kind is delayed, and records the attempt. Only attempts are recorded, and only once, even if the
   * answer can't be shown.
   */
  async function finish(response: Response, answer: Answer): Promise<void> {
    const context = contextOf(response)
    if (answers[answer.code].held) await parts.held.hold(response)
    if (!context.awaitsLog) return
    context.awaitsLog = false
    recordAttempt({ context, answer, durationMs: clock.now() - context.arrivedMs })
  }

  function onError(show: (response: Response, answer: Answer) => void): ErrorRequestHandler {
    return async (error, _request, response, _next) => {
      const answer = answerToError(error)
      if (answer.code === 'internal-error') {
        const { requestId } = contextOf(response)
        logger.error({ event: 'internal-error', requestId, ...describeError(error) })
      }
      await finish(response, answer)
      // A partial answer can't be taken back, and must not look complete.
      if (response.headersSent) response.destroy()
      else show(response, answer)
    }
  }

  async function track(work: Promise<void>): Promise<void> {
    underWay.add(work)
    try {
      await work
    } finally {
      underWay.delete(work)
    }
  }

  async function drain(): Promise<void> {
    stopping = true
    while (underWay.size > 0) await Promise.allSettled(underWay)
  }

  return { submission, onError, drain, isStopping: () => stopping }
}

/** From here on, the request must be logged. */
const beginAttempt: RequestHandler = (_request, response, next) => {
  contextOf(response).awaitsLog = true
  next()
}

/** Aborted if the connection closes before the answer was sent; see `Attempt`. */
function hangUpOf(response: Response): AbortSignal {
  const hangUp = new AbortController()
  const abortIfUnsent = (): void => {
    if (!response.writableFinished) hangUp.abort(callerGone())
  }
  if (response.destroyed) abortIfUnsent()
  else response.once('close', abortIfUnsent)
  return hangUp.signal
}
