import express, { type RequestHandler, type Response } from 'express'
import { pino } from 'pino'
import supertest from 'supertest'
import { expect, it } from 'vitest'
import { createAttemptLog } from '../../../src/audit-log/attempt-log.js'
import { plainNames } from '../../../src/audit-log/log-names.js'
import {
  type Answer,
  answerCodes,
  type Outcome,
  Refused,
  type RequestRefusal,
} from '../../../src/core/answer.js'
import { createRequestContext } from '../../../src/http/request-context.js'
import { createHeldAnswers } from '../../../src/http/submission/held-answers.js'
import { parseSubmission, type Submission } from '../../../src/http/submission/parse-submission.js'
import { createPipeline } from '../../../src/http/submission/pipeline.js'
import type { LimitAttempt } from '../../../src/limits/attempt-limits.js'
import { createChangeAction } from '../../../src/service/change-action.js'
import english from '../../../views/messages/en.json' with { type: 'json' }
import { createTestClock } from '../../kit/clock.js'
import { byMailbox } from '../../kit/submissions.js'

const changed: Outcome = { code: 'changed', evidence: 'answered' }
const tooMany = new Refused({
  code: 'too-many-attempts',
  limit: { name: 'failures', count: 1, windowMs: 1000, retryAfterMs: 1000 },
})

const DELAY_MS = 1000

interface Given {
  readonly guards?: readonly RequestHandler[]
  readonly body?: object
  readonly limitAttempt?: LimitAttempt
  readonly change?: () => Promise<Outcome>
  /** Runs before the answer is sent. */
  readonly show?: (response: Response, answer: Answer) => void
}

/** A pipeline with one face. Records everything that happens, in order. */
function createWay({ guards = [], body = byMailbox(), ...given }: Given) {
  const clock = createTestClock()
  const steps: string[] = []
  const lines: Record<string, unknown>[] = []
  const logger = pino(
    { base: null },
    {
      write(text: string) {
        const line = JSON.parse(text)
        lines.push(line)
        steps.push(`log ${line.event} ${line.code ?? line.error}`)
      },
    },
  )
  const pipeline = createPipeline({
    logger,
    clock,
    settleAddress: async () => undefined,
    held: createHeldAnswers(DELAY_MS, clock),
    refusalDelayMs: 0,
    recordAttempt: createAttemptLog(logger, plainNames, clock).record,
  })
  const action = createChangeAction({
    limitAttempt: given.limitAttempt ?? ((_attempt, carryOut) => carryOut()),
    change: given.change ?? (async () => changed),
    redeem: undefined,
    afterAnswer: (_submission, { code }) => void steps.push(`after ${code}`),
  })
  const handlers = pipeline.submission<object, Submission>({
    guards: [
      ...guards,
      (request, _response, next) => {
        request.body = body
        next()
      },
    ],
    parse: (read) => parseSubmission(['mailbox'], read),
    action,
    callerKind: () => 'public',
    timeoutMs: () => 1000,
    show(response, answer, read) {
      steps.push(`show ${answer.code} ${read === body ? 'and what was sent' : ''}`.trim())
      given.show?.(response, answer)
      response.send(answer.code)
    },
  })
  const app = express()
    .use(
      createRequestContext(
        clock,
        () => 'the-id',
        () => undefined,
      ),
    )
    .use((_request, response, next) => {
      response.locals.messages = english
      next()
    })
    .post('/', ...handlers)
    .use(
      pipeline.onError((response, answer) => {
        steps.push(`show ${answer.code}`)
        response.status(500).send(answer.code)
      }),
    )
  const post = () =>
    supertest(app)
      .post('/')
      .then(
        ({ text }) => text,
        ({ code }) => String(code),
      )
  return { pipeline, post, steps, lines }
}

it('a submission is decided, leaves its line, is answered, and then told of', async () => {
  const { post, steps } = createWay({})
  expect(await post()).toBe('changed')
  expect(steps).toEqual(['log attempt changed', 'show changed and what was sent', 'after changed'])
})

it('a submission that a guard refuses is answered without what was sent, leaves its line, and is told of to nobody', async () => {
  const refuse: RequestHandler = (_request, _response, next) =>
    next(new Refused({ code: 'cross-site-request' }))
  const { post, steps } = createWay({ guards: [refuse] })
  await post()
  expect(steps).toEqual(['log attempt cross-site-request', 'show cross-site-request'])
})

it('a submission is answered late if a limit refuses it, or if it came from another site or an unknown webmail host', async () => {
  const late: string[] = []
  for (const code of answerCodes) {
    // Only the code matters.
    const refuse: RequestHandler = (_request, _response, next) =>
      next(new Refused({ ...tooMany.answer, code } as RequestRefusal))
    const { post, lines } = createWay({ guards: [refuse] })
    await post()
    if (lines.at(-1)?.durationMs !== 0) late.push(code)
  }
  expect(late).toEqual(['cross-site-request', 'unknown-webmail-host', 'too-many-attempts'])
})

it('a submission that can’t be parsed, or that a limit refuses, is answered with what was sent', async () => {
  const unread = createWay({ body: {} })
  await unread.post()
  expect(unread.steps).toContain('show invalid-request and what was sent')
  const limited = createWay({
    limitAttempt: async () => {
      throw tooMany
    },
  })
  await limited.post()
  expect(limited.steps).toEqual([
    'log attempt too-many-attempts',
    'show too-many-attempts and what was sent',
    'after too-many-attempts',
  ])
  expect(limited.lines).toMatchObject([{ durationMs: DELAY_MS }])
})

it('a submission under way is waited for when the process stops, and one that was read later is not carried out', async () => {
  let changes = 0
  let finish: (outcome: Outcome) => void = () => undefined
  const outcome = new Promise<Outcome>((resolve) => {
    finish = resolve
  })
  let begin: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const { pipeline, post, steps, lines } = createWay({
    change() {
      changes += 1
      begin()
      return outcome
    },
  })
  const first = post()
  await begun
  const drained = pipeline.drain().then(() => steps.push('drained'))
  expect(await post()).toBe('panel-busy')
  expect(lines).toEqual([expect.objectContaining({ code: 'panel-busy', reason: 'stopping' })])
  expect(steps).not.toContain('drained')
  finish(changed)
  expect(await first).toBe('changed')
  await drained
  expect(steps.slice(-2)).toEqual(['after changed', 'drained'])
  expect(changes).toBe(1)
})

it('a bug in the middle of an answer ends the connection, and is no second answer', async () => {
  const { post, steps } = createWay({
    show(response) {
      response.status(200).write('half an ')
      throw new TypeError('canary')
    },
  })
  expect(await post()).toBe('ECONNRESET')
  expect(steps).toEqual([
    'log attempt changed',
    'show changed and what was sent',
    'after changed',
    'log internal-error TypeError',
  ])
})

it('a bug in showing an answer is a 500 without its message, and the attempt keeps its one true line', async () => {
  const { post, lines } = createWay({
    show() {
      throw new TypeError('canary')
    },
  })
  expect(await post()).toBe('internal-error')
  expect(lines).toEqual([
    expect.objectContaining({ event: 'attempt', code: 'changed', requestId: 'the-id' }),
    expect.objectContaining({ event: 'internal-error', error: 'TypeError', requestId: 'the-id' }),
  ])
  expect(JSON.stringify(lines)).not.toContain('canary')
})

it('a bug in finding the answer is logged as such, with the place where it arose', async () => {
  const { post, lines } = createWay({
    change: async () => {
      throw new RangeError('canary')
    },
  })
  expect(await post()).toBe('internal-error')
  expect(lines).toEqual([
    expect.objectContaining({ event: 'internal-error', error: 'RangeError', at: expect.any(Array) }),
    expect.objectContaining({ event: 'attempt', code: 'internal-error', level: 50 }),
  ])
  expect(JSON.stringify(lines)).not.toContain('canary')
})
