import express, { type Response } from 'express'
import { pino } from 'pino'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { createAttemptLog } from '../../../src/audit-log/attempt-log.js'
import { plainNames } from '../../../src/audit-log/log-names.js'
import type { Answer } from '../../../src/core/answer.js'
import { createRequestContext } from '../../../src/http/request-context.js'
import { createInFlight } from '../../../src/http/submission/in-flight.js'
import { createAnswering } from '../../../src/http/submission/pipeline.js'
import { createTestClock } from '../../kit/clock.js'

/** Runs one attempt whose outcome is known, or is a bug, and whose first answer can't be shown. */
async function attempt(
  outcome: () => Promise<Answer>,
  begin: (response: Response) => void = () => undefined,
) {
  const clock = createTestClock()
  const lines: Record<string, unknown>[] = []
  const told: string[] = []
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const answering = createAnswering({
    logger,
    clock,
    inFlight: createInFlight(),
    recordAttempt: createAttemptLog(logger, plainNames),
    afterAnswer: (_context, answer) => void told.push(answer.code),
  })
  const handlers = answering.attempt([], outcome, (response) => {
    begin(response)
    throw new TypeError('canary')
  })
  const app = express()
    .use(createRequestContext(clock, () => 'the-id'))
    .post('/', ...handlers)
    .use(answering.onError((response, answer) => void response.status(500).send(answer.code)))
  const request = supertest(app).post('/')
  const failures: unknown[] = []
  const response = await request.then(
    (answer) => answer,
    (error: unknown) => void failures.push(error),
  )
  return { response, failures, lines, told }
}

describe('a bug', () => {
  it('in the middle of an answer ends the connection, and is no second answer', async () => {
    const { lines, failures, told } = await attempt(
      async () => ({ code: 'changed', evidence: 'answered' }),
      (response) => void response.status(200).write('half an '),
    )
    expect(failures).toEqual([expect.objectContaining({ code: 'ECONNRESET' })])
    expect(lines.map(({ event }) => event)).toEqual(['attempt', 'internal-error'])
    expect(told).toEqual(['changed'])
  })

  it('in showing an answer is a 500 without its message, and the attempt keeps its one true line', async () => {
    const { response, lines } = await attempt(async () => ({ code: 'changed', evidence: 'answered' }))
    expect(response?.status).toBe(500)
    expect(response?.text).toBe('internal-error')
    expect(lines).toEqual([
      expect.objectContaining({ event: 'attempt', code: 'changed', requestId: 'the-id' }),
      expect.objectContaining({ event: 'internal-error', error: 'TypeError', requestId: 'the-id' }),
    ])
    expect(JSON.stringify(lines)).not.toContain('canary')
  })

  it('in finding the answer is logged as such, with the place where it arose', async () => {
    const { response, lines } = await attempt(async () => {
      throw new RangeError('canary')
    })
    expect(response?.text).toBe('internal-error')
    expect(lines).toEqual([
      expect.objectContaining({ event: 'internal-error', error: 'RangeError', at: expect.any(Array) }),
      expect.objectContaining({ event: 'attempt', code: 'internal-error', level: 50 }),
    ])
    expect(JSON.stringify(lines)).not.toContain('canary')
  })
})
