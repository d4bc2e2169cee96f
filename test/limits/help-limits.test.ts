import { expect, it } from 'vitest'
import { Refused } from '../../src/core/answer.js'
import { parseMailbox } from '../../src/core/mailbox.js'
import type { Challenge } from '../../src/core/puzzle.js'
import type { Helper, HelpRequest } from '../../src/core/recovery/help-request.js'
import { createHelpLimits } from '../../src/limits/help-limits.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createPuzzles } from '../../src/limits/puzzle.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createMemoryOnceStore } from '../../src/store/memory-once-store.js'
import { createTestClock } from '../kit/clock.js'
import { encode, solve } from '../kit/puzzle.js'

const MINUTE_MS = 60_000

function requestFor(address: string, helper: Helper = 'administrator'): HelpRequest {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(`${address} is no mailbox`)
  return { mailbox, helper, clientAddress: '203.0.113.7', requestId: 'the-id' }
}

function createLimits() {
  const clock = createTestClock()
  const keys: string[] = []
  const limits = createHelpLimits({
    createLimiter(name, limit) {
      const store = createMemoryLimitStore(clock, limit.windowMs)
      return createLimiter(name, limit, {
        ...store,
        increment(key) {
          keys.push(key)
          return store.increment(key)
        },
      })
    },
    puzzles: createPuzzles({ key: Buffer.alloc(32, 'key'), once: createMemoryOnceStore(clock) }, 50),
    key: Buffer.alloc(32, 'key'),
  })
  /** Whether a mail may be sent. If so, it counts as sent. */
  const mail = async (request: HelpRequest, to?: string): Promise<boolean> =>
    (await limits.countMail(request, to)) !== undefined
  /** The puzzle in the refusal of a request, if it is refused. */
  const puzzleFor = async (
    request: HelpRequest,
    solution?: string,
    manyWait = false,
  ): Promise<Challenge | undefined> => {
    try {
      await limits.admit(request, solution, manyWait)
      return undefined
    } catch (error) {
      if (!(error instanceof Refused) || error.answer.code !== 'too-many-attempts') throw error
      return error.answer.limit.challenge
    }
  }
  return { clock, limits, mail, puzzleFor, keys }
}

it('an owner gets one mail about a mailbox every 15 minutes, and three a day', async () => {
  const { clock, mail } = createLimits()
  const request = requestFor('info@example.org')
  const sent: boolean[] = []
  for (let quarter = 0; quarter < 4; quarter++) {
    sent.push(await mail(request, 'a@b.example'), await mail(request, 'a@b.example'))
    clock.advance(15 * MINUTE_MS)
  }
  expect(sent).toEqual([true, false, true, false, true, false, false, false])
  clock.advance(24 * 60 * MINUTE_MS)
  expect(await mail(request, 'a@b.example')).toBe(true)
})

it('an owner gets five mails a day, for any number of mailboxes, and others get theirs', async () => {
  const { mail } = createLimits()
  const sent: boolean[] = []
  for (let index = 0; index < 7; index++) {
    sent.push(
      await mail(requestFor(`box${index}@example.org`), index % 2 === 0 ? 'A@b.example' : 'a@B.example'),
    )
  }
  expect(sent).toEqual([true, true, true, true, true, false, false])
  expect(await mail(requestFor('bob@bob.example.com'), 'bob@c.example')).toBe(true)
})

it('a recovery address gets one mail every 15 minutes, and after the third of a day one an hour', async () => {
  const { clock, mail } = createLimits()
  const request = requestFor('info@example.org', 'address')
  const minutes: number[] = []
  for (let minute = 0; minute < 240; minute += 5) {
    if (await mail(request)) minutes.push(minute)
    clock.advance(5 * MINUTE_MS)
  }
  expect(minutes).toEqual([0, 15, 30, 45, 105, 165, 225])
})

it('sixty mails an hour are sent in total, and a mail that is not sent is not counted', async () => {
  const { mail, limits } = createLimits()
  for (let index = 0; index < 60; index++) {
    const takeBack = await limits.countMail(requestFor(`kept${index}@example.org`))
    await takeBack?.()
  }
  let sent = 0
  for (let index = 0; index < 100; index++) if (await mail(requestFor(`box${index}@example.org`))) sent += 1
  expect(sent).toBe(60)
})

it('a mail over one limit does not count for the others', async () => {
  const { clock, mail } = createLimits()
  for (let index = 0; index < 5; index++) await mail(requestFor(`box${index}@example.org`), 'a@b.example')
  const request = requestFor('info@example.org')
  for (let times = 0; times < 10; times++) expect(await mail(request, 'a@b.example')).toBe(false)
  expect(await mail(request, 'other@b.example')).toBe(true)
  clock.advance(15 * MINUTE_MS)
  expect(await mail(request, 'other@b.example')).toBe(true)
})

it('when half of the mails of an hour were sent, every request needs a puzzle', async () => {
  const { clock, mail, puzzleFor } = createLimits()
  for (let index = 0; index < 29; index++) await mail(requestFor(`box${index}@example.org`))
  expect(await puzzleFor(requestFor('info@example.org'))).toBeUndefined()
  await mail(requestFor('last@example.org'))
  for (const helper of ['administrator', 'address'] as const) {
    const request = requestFor('info@example.org', helper)
    const challenge = await puzzleFor(request)
    if (!challenge) throw new Error('there is no puzzle')
    const solution = encode(solve(challenge))
    expect(await puzzleFor(requestFor('sales@example.org', helper), solution)).toBeDefined()
    expect(await puzzleFor(request, solution)).toBeUndefined()
    expect(await puzzleFor(request, solution)).toBeDefined()
  }
  clock.advance(60 * MINUTE_MS)
  expect(await puzzleFor(requestFor('info@example.org'))).toBeUndefined()
})

it('while many requests wait, every request needs a puzzle', async () => {
  const { puzzleFor } = createLimits()
  const request = requestFor('info@example.org')
  const challenge = await puzzleFor(request, undefined, true)
  if (!challenge) throw new Error('there is no puzzle')
  expect(await puzzleFor(request, encode(solve(challenge)), true)).toBeUndefined()
  expect(await puzzleFor(request)).toBeUndefined()
})

it('the fourth request of a day for a link to one mailbox needs a puzzle, even if no mail was sent, but not for others', async () => {
  const { clock, puzzleFor } = createLimits()
  const request = requestFor('nobody@example.org', 'address')
  for (let times = 0; times < 3; times++) expect(await puzzleFor(request)).toBeUndefined()
  const challenge = await puzzleFor(request)
  if (!challenge) throw new Error('there is no puzzle')
  expect(await puzzleFor(request, encode(solve(challenge)))).toBeUndefined()
  expect(await puzzleFor(requestFor('info@example.org', 'address'))).toBeUndefined()
  expect(await puzzleFor(requestFor('nobody@example.org'))).toBeUndefined()
  clock.advance(24 * 60 * MINUTE_MS)
  expect(await puzzleFor(request)).toBeUndefined()
})

it('a flood of requests at the same moment uses up no mails of others', async () => {
  const { mail, puzzleFor } = createLimits()
  const flood = Array.from({ length: 100 }, (_, index) => puzzleFor(requestFor(`box${index}@example.net`)))
  expect(await mail(requestFor('info@example.org'), 'alice@contact.example')).toBe(true)
  expect((await Promise.all(flood)).filter((puzzle) => puzzle !== undefined)).toEqual([])
})

it('the store never gets an owner’s address', async () => {
  const { mail, keys } = createLimits()
  await mail(requestFor('info@example.org'), 'alice@contact.example')
  expect(keys.length).toBeGreaterThan(3)
  expect(keys.join()).not.toContain('contact.example')
})
