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

/** Who sent a submission, and how long they wait for its answer. */
export interface Caller extends Pick<Attempt, 'callerKind' | 'clientAddress' | 'deadline' | 'hungUp'> {
  /** Of the answer (BCP 47). */
  readonly language: string
}

/** What submissions of one kind ask for. */
export interface Action<Value> {
  /** Writes into the context what the audit line says of it. Rejects with `Refused`, or on a bug. */
  carryOut(value: Value, caller: Caller, context: AttemptContext): Promise<Answer>
  /** Told when the answer has been sent, and in what words; neither waits nor fails. */
  afterAnswer(value: Value, answer: Answer, messages: Messages, context: AttemptContext): void
}

/** What sets one way in apart from the others. */
export interface Face<Body, Value> {
  /** What a submission must pass, in order, until its body has been read. */
  readonly guards: readonly RequestHandler[]
  parse(body: Body, context: AttemptContext): ParsedBody<Value>
  readonly action: Action<Value>
  callerKind(context: AttemptContext): CallerKind
  /** By when (ms from the request's start) a change must be answered: the caller waits no longer. */
  patienceMs(request: Request): number
  /** @param body absent if the request was stopped before or while its body was read */
  show(response: Response, answer: Answer, body?: Body): void
}

/** The way that requests go, whatever face they meet. */
export interface Pipeline {
  /** The handlers of a submission, in order. A caller that hangs up ends it, unless its change was sent. */
  submission<Body, Value>(face: Face<Body, Value>): RequestHandler[]
  /** Turns what was thrown into an answer, and logs what is a bug. */
  onError(show: (response: Response, answer: Answer) => void): ErrorRequestHandler
  /** For a process that stops: carries out no more submissions, and resolves when those under way have ended. */
  drain(): Promise<void>
  /** Whether that has begun. */
  isStopping(): boolean
}

interface PipelineParts {
  readonly logger: Logger
  readonly clock: Clock
  readonly settleAddress: AddressLimit['settle']
  readonly held: HeldAnswers
  /** No refusal of credentials leaves sooner than this after the submission had been read. */
  readonly refusalDelayMs: number
  readonly recordAttempt: RecordAttempt
}

/** For a submission that was read only when the process had been told to stop: it may not live to see its end. */
const STOPPING: Answer = { code: 'panel-busy', reason: 'stopping' }

export function createPipeline(parts: PipelineParts): Pipeline {
  const { logger, clock, recordAttempt } = parts
  const delayRefusal = createRefusalDelay(parts.refusalDelayMs, clock)
  const underWay = new Set<Promise<void>>()
  let stopping = false

  /** The way of a submission, from top to bottom: the guards, then `carryOut`, which nothing but a bug leaves early. */
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
    const deadline = createDeadline(context.startedMs + face.patienceMs(request) - clock.now(), clock)
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
      // Also if the answer can't be shown: what it says is true.
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
      // Its count has ended: an attempt that waits for its refusal to leave is no longer under way.
      if (answer.code === 'invalid-credentials') await delayRefusal(readMs)
      return answer
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    }
  }

  /**
   * Holds the answer back, if it is one of those that are, and records the attempt: once, also if an answer that was recorded can't
   * be shown. Other requests are not recorded.
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
      // Half an answer can't be taken back; it must not look like a whole one.
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

/** From here on the request owes the log a line. */
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
