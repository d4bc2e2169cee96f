import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { parseMailbox } from '../../../src/core/mailbox.js'
import { StoreUnavailable } from '../../../src/core/outage.js'
import { PanelFault } from '../../../src/core/panel-port.js'
import { createHelpQueue } from '../../../src/core/recovery/help-queue.js'
import type { HelpRequest, HelpResult } from '../../../src/core/recovery/help-request.js'
import { createTestClock } from '../../kit/clock.js'

const sent: HelpResult = { result: 'mail-sent' }

function requestFor(address: string, clientAddress = '203.0.113.7'): HelpRequest {
  const mailbox = parseMailbox(address)
  if (!mailbox) throw new Error(`${address} is no mailbox`)
  return { mailbox, helper: 'administrator', clientAddress, requestId: address }
}

/** A queue without randomness, and what it did and reported. */
function createQueue(
  giveHelp: (request: HelpRequest) => Promise<HelpResult> = async () => sent,
  chance = 0.5,
) {
  const clock = createTestClock()
  const worked: string[] = []
  const told: [string, HelpResult, unknown][] = []
  const queue = createHelpQueue({
    clock,
    random: () => chance,
    giveHelp: async (request) => {
      worked.push(request.requestId)
      return await giveHelp(request)
    },
    report: ({ requestId }, result, error) => void told.push([requestId, result, error]),
  })
  const pass = async (durationMs: number): Promise<void> => {
    clock.advance(durationMs)
    await setImmediate()
    await setImmediate()
  }
  return { queue, worked, told, pass }
}

it('a request is handled after a random delay of up to a minute', async () => {
  const { queue, worked, told, pass } = createQueue(undefined, 0.5)
  queue.add(requestFor('info@example.org'))
  await pass(29_999)
  expect(worked).toEqual([])
  await pass(1)
  expect(told).toEqual([['info@example.org', sent, undefined]])
})

it('waiting requests for one mailbox become one, and the next is accepted when that is done', async () => {
  const { queue, worked, pass } = createQueue()
  for (let times = 0; times < 1000; times++)
    queue.add(requestFor('info@example.org', `203.0.${times % 256}.7`))
  await pass(60_000)
  expect(worked).toHaveLength(1)
  queue.add(requestFor('info@example.org'))
  await pass(60_000)
  expect(worked).toHaveLength(2)
})

it('a request waits for those before it', async () => {
  let end = (): void => undefined
  const { queue, worked, pass } = createQueue(
    () =>
      new Promise((resolve) => {
        end = () => resolve(sent)
      }),
  )
  queue.add(requestFor('one@example.org'))
  queue.add(requestFor('two@example.org'))
  await pass(60_000)
  expect(worked).toEqual(['one@example.org'])
  end()
  await pass(0)
  expect(worked).toEqual(['one@example.org', 'two@example.org'])
})

it.each([
  ['a panel that is away', new PanelFault('panel-unavailable', 'refused'), 'refused'],
  ['a panel that is busy', new PanelFault('panel-busy', 'queue-full'), 'queue-full'],
  ['a store that can’t be used', new StoreUnavailable('READONLY'), 'READONLY'],
])('a request that meets %s is tried five times, once a minute', async (_what, error, reason) => {
  const { queue, worked, told, pass } = createQueue(() => Promise.reject(error))
  queue.add(requestFor('info@example.org'))
  for (let minute = 0; minute < 4; minute++) await pass(60_000)
  expect([worked.length, told]).toEqual([4, []])
  await pass(60_000)
  expect(told).toEqual([['info@example.org', { result: 'failed', reason }, undefined]])
  await pass(600_000)
  expect(worked).toHaveLength(5)
})

it('a request is done when a later try succeeds', async () => {
  let tries = 0
  const { queue, told, pass } = createQueue(async () => {
    tries += 1
    if (tries === 1) throw new PanelFault('panel-busy', 'queue-full')
    return sent
  })
  queue.add(requestFor('info@example.org'))
  await pass(60_000)
  await pass(60_000)
  expect(told).toEqual([['info@example.org', sent, undefined]])
})

it('a request that the panel can’t answer at all is not tried again', async () => {
  const { queue, told, pass } = createQueue(() =>
    Promise.reject(new PanelFault('panel-misconfigured', 'key-refused')),
  )
  queue.add(requestFor('info@example.org'))
  await pass(60_000)
  expect(told).toEqual([['info@example.org', { result: 'failed', reason: 'key-refused' }, undefined]])
})

it('a bug ends a request and is reported, and the next one is handled', async () => {
  const bug = new TypeError('a bug')
  const { queue, told, pass } = createQueue(async ({ requestId }) => {
    if (requestId === 'one@example.org') throw bug
    return sent
  })
  queue.add(requestFor('one@example.org'))
  queue.add(requestFor('two@example.org'))
  await pass(60_000)
  expect(told).toEqual([
    ['one@example.org', { result: 'failed', reason: 'internal-error' }, bug],
    ['two@example.org', sent, undefined],
  ])
})

it('ten requests of one network may wait, and others’ requests are still accepted', () => {
  const { queue } = createQueue()
  for (let index = 0; index < 10; index++)
    queue.add(requestFor(`box${index}@example.org`, `203.0.113.${index}`))
  expect(() => queue.add(requestFor('next@example.org', '203.0.113.99'))).toThrow(
    'panel-busy: too-many-requests',
  )
  queue.add(requestFor('next@example.org', '198.51.100.1'))
})

it('a thousand requests may wait', () => {
  const { queue } = createQueue()
  for (let index = 0; index < 1000; index++) {
    expect(queue.isHalfFull()).toBe(index >= 500)
    queue.add(requestFor(`box${index}@example.org`, `10.${Math.floor(index / 250)}.${index % 250}.1`))
  }
  expect(() => queue.add(requestFor('next@example.org', '198.51.100.1'))).toThrow(
    'panel-busy: too-many-requests',
  )
})

it('a closed queue reports what it did not do, and stops', async () => {
  const { queue, worked, told, pass } = createQueue()
  queue.add(requestFor('info@example.org'))
  queue.close()
  await pass(600_000)
  expect(worked).toEqual([])
  expect(told).toEqual([['info@example.org', { result: 'failed', reason: 'stopped' }, undefined]])
})
