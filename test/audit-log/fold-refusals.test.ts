import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { foldRefusals } from '../../src/audit-log/fold-refusals.js'
import { type Answer, type AnswerCode, answerCodes, answers } from '../../src/core/answer.js'
import type { AttemptContext, AttemptRecord } from '../../src/core/attempt-context.js'
import { createTestClock } from '../kit/clock.js'

const SENDER = '203.0.113.9'

type About = Partial<AttemptContext> & { readonly answer?: Answer }

const limited = (name: string): Answer => ({
  code: 'too-many-attempts',
  limit: { name, count: 1, windowMs: 1000, retryAfterMs: 1000 },
})

let requests = 0

/** An attempt, by default refused by the rate limit of its address. */
function attempt({ answer = limited('address'), ...context }: About = {}): AttemptRecord {
  requests += 1
  return {
    context: {
      requestId: String(requests),
      arrivedMs: 0,
      startedMs: 0,
      clientAddress: SENDER,
      commands: [],
      awaitsLog: false,
      ...context,
    },
    answer,
    durationMs: 1,
  }
}

/** A log that folds refusals, on a clock that tests control. */
function openFold() {
  const clock = createTestClock()
  const written: { readonly record: AttemptRecord; readonly count: number | undefined }[] = []
  const { record, stop } = foldRefusals((one, count) => void written.push({ record: one, count }), clock)
  return {
    clock,
    stop,
    written,
    record: (about?: About) => {
      const one = attempt(about)
      record(one)
      return one
    },
    /** Lets time pass to the end of the window that was opened last. */
    async endWindow(): Promise<void> {
      const lines = written.length
      while (written.length === lines) await setImmediate()
    },
    counts: () => written.map(({ count }) => count),
  }
}

it('the log has the first refusal of a sender at once, and then one line each ten seconds with how many there were', async () => {
  const fold = openFold()
  const first = fold.record()
  fold.record()
  const third = fold.record()
  expect(fold.written).toEqual([{ record: first, count: undefined }])
  await fold.endWindow()
  expect(fold.clock.now()).toBe(10_000)
  expect(fold.written.at(-1)).toEqual({ record: third, count: 2 })
  fold.record()
  await fold.endWindow()
  expect(fold.clock.now()).toBe(20_000)
  expect(fold.counts()).toEqual([undefined, 2, 1])
})

it('the log has a refusal at once again after ten seconds without one', async () => {
  const fold = openFold()
  fold.record()
  fold.record()
  await fold.endWindow()
  fold.clock.advance(9999)
  fold.record()
  expect(fold.counts()).toEqual([undefined, 1])
  await fold.endWindow()
  fold.clock.advance(10_000)
  fold.record()
  expect(fold.counts()).toEqual([undefined, 1, 1, undefined])
})

it('the log counts a refusal for the line that is due', async () => {
  const fold = openFold()
  const end = fold.clock.hold()
  fold.record()
  fold.record()
  await end.asked
  fold.clock.advance(10_000)
  fold.record()
  expect(fold.counts()).toEqual([undefined])
  end.release()
  await fold.endWindow()
  expect(fold.counts()).toEqual([undefined, 2])
})

it.each<[string, About, About]>([
  ['addresses', {}, { clientAddress: '203.0.113.10' }],
  ['IPv6 networks', { clientAddress: '2001:db8::1' }, { clientAddress: '2001:db8:0:1::1' }],
  ['programs', { client: 'webmail' }, { client: 'shop' }],
  ['codes', { answer: { code: 'invalid-token' } }, { answer: { code: 'cross-site-request' } }],
  ['limits', { answer: limited('failures') }, { answer: limited('target') }],
])('the log folds no refusals of different %s', (_what, one, other) => {
  const fold = openFold()
  fold.record(one)
  fold.record(other)
  expect(fold.counts()).toEqual([undefined, undefined])
})

it('the log takes the addresses of one IPv6 network for one sender', async () => {
  const fold = openFold()
  fold.record({ clientAddress: '2001:db8::1' })
  fold.record({ clientAddress: '2001:db8::2' })
  await fold.endWindow()
  expect(fold.counts()).toEqual([undefined, 1])
})

it('the log has a line for each answer but those that a flood is made of', () => {
  const folded = answerCodes.filter((code) => {
    const fold = openFold()
    // Only the code matters.
    const answer = { ...limited('address'), code } as Answer
    fold.record({ answer })
    fold.record({ answer })
    fold.stop()
    return fold.counts().some((count) => count !== undefined)
  })
  const expected: AnswerCode[] = [
    'invalid-request',
    'invalid-token',
    'cross-site-request',
    'unknown-webmail-host',
    'payload-too-large',
    'unsupported-media-type',
    'too-many-attempts',
    'store-unavailable',
  ]
  expect(folded).toEqual(expected)
  expect(answers.changed.folded).toBeUndefined()
})

it('the log has a line for each attempt that the panel was asked for', () => {
  const fold = openFold()
  const commands = [{ command: 'v-list-user', result: 0, startedMs: 0, endedMs: 1 }]
  for (let sent = 0; sent < 2; sent++)
    fold.record({ answer: { code: 'store-unavailable', reason: 'OOM' }, commands })
  expect(fold.counts()).toEqual([undefined, undefined])
})

it('the log names in a line for many only the mailbox and the account that all of them were about', () => {
  const fold = openFold()
  const about = { answer: limited('failures'), proof: 'account' as const, mailbox: 'info@example.org' }
  fold.record({ ...about, mailbox: 'first@example.org', account: 'alice' })
  fold.record({ ...about, account: 'alice' })
  fold.record({ ...about, account: 'bob' })
  fold.record({ ...about, account: 'bob' })
  fold.stop()
  expect(fold.written[1]?.record.context).toMatchObject({ proof: 'account', mailbox: 'info@example.org' })
  expect(fold.written[1]?.record.context).not.toHaveProperty('account')
  expect(fold.written[1]?.count).toBe(3)
})

it('the log of a process that stops has what was counted, and every line after that', async () => {
  const fold = openFold()
  fold.record()
  fold.record()
  fold.stop()
  expect(fold.counts()).toEqual([undefined, 1])
  fold.record()
  fold.record()
  for (let turn = 0; turn < 50; turn++) await setImmediate()
  expect(fold.counts()).toEqual([undefined, 1, undefined, undefined])
})

it('the log remembers a thousand senders, and has a line for each refusal of more', () => {
  const fold = openFold()
  const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`
  for (let index = 0; index < 1000; index++) fold.record({ clientAddress: address(index) })
  for (let sent = 0; sent < 2; sent++) fold.record({ clientAddress: SENDER })
  expect(fold.written).toHaveLength(1002)
  fold.clock.advance(10_000)
  for (let sent = 0; sent < 2; sent++) fold.record({ clientAddress: SENDER })
  expect(fold.written).toHaveLength(1003)
})
