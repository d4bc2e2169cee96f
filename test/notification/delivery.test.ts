import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { createDelivery, type DeliveryEvent } from '../../src/notification/delivery.js'
import type { Message } from '../../src/notification/message.js'
import { createTestClock } from '../kit/clock.js'

const message: Message = {
  from: { name: '', address: 'post@example.org' },
  to: 'info@example.org',
  date: new Date(0),
  messageId: '<1@example.org>',
  subject: '',
  text: '',
}

/** A sender that sends nothing until it is told to stop. */
function untilAborted(signal: AbortSignal) {
  return new Promise<{ errorCode: string; smtpStatus: undefined; isFinal: false }>((resolve) => {
    const fault = { errorCode: 'EABORT', smtpStatus: undefined, isFinal: false } as const
    if (signal.aborted) resolve(fault)
    else signal.addEventListener('abort', () => resolve(fault))
  })
}

it('the delivery sends no more than two messages at once, and holds no more than a thousand', async () => {
  let [underWay, most] = [0, 0]
  const delivery = createDelivery(async (_message, signal) => {
    underWay++
    most = Math.max(most, underWay)
    const fault = await untilAborted(signal)
    underWay--
    return fault
  }, createTestClock())
  const events: DeliveryEvent[] = []
  for (let index = 0; index < 1001; index++) delivery.add(message, (event) => void events.push(event))
  expect(events).toEqual([{ event: 'notification-dropped', tries: 0, reason: 'queue-full' }])
  await delivery.close(1)
  expect(most).toBe(2)
  expect(events).toHaveLength(1001)
  expect(events.at(-1)).toMatchObject({
    event: 'notification-dropped',
    reason: 'stopped',
    errorCode: 'EABORT',
  })
})

it('the delivery aborts a try after 30 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const delivery = createDelivery((_message, signal) => untilAborted(signal), createTestClock())
  const delayed = new Promise((resolve) => delivery.add(message, resolve))
  vi.advanceTimersByTime(30_000)
  expect(await delayed).toEqual({
    event: 'notification-delayed',
    tries: 1,
    errorCode: 'EABORT',
    smtpStatus: undefined,
  })
})

it('the delivery keeps nothing of a try that is over', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  let ended: WeakRef<AbortSignal> | undefined
  const delivery = createDelivery(async (_message, signal) => {
    // A sender's listener, which a signal that can still abort would keep.
    signal.addEventListener('abort', () => signal.aborted)
    ended = new WeakRef(signal)
    return undefined
  }, createTestClock())
  await new Promise((resolve) => delivery.add(message, resolve))
  await setImmediate()
  collectGarbage()
  expect(ended?.deref()).toBeUndefined()
  await delivery.close(1)
})

it('the delivery pauses longer after each failed try, and gives up in the end', async () => {
  let tries = 0
  const clock = createTestClock()
  const delivery = createDelivery(async () => {
    tries++
    return { errorCode: 'ECONNREFUSED', smtpStatus: undefined, isFinal: false }
  }, clock)
  const events: DeliveryEvent[] = []
  delivery.add(message, (event) => void events.push(event))
  await setImmediate()
  for (const [index, pauseMs] of [10_000, 60_000, 300_000, 1_200_000].entries()) {
    clock.advance(pauseMs - 1)
    await setImmediate()
    expect(tries).toBe(index + 1)
    clock.advance(1)
    await setImmediate()
    expect(tries).toBe(index + 2)
  }
  expect(events.at(-1)).toMatchObject({ event: 'notification-dropped', tries: 5, reason: 'gave-up' })
})

it('the delivery that stops gives a message on its way the time to arrive', async () => {
  let arrive = (): void => undefined
  const arrived = new Promise<undefined>((resolve) => {
    arrive = () => resolve(undefined)
  })
  const delivery = createDelivery(() => arrived, createTestClock())
  const events: DeliveryEvent[] = []
  delivery.add(message, (event) => void events.push(event))
  const closed = delivery.close(60_000)
  arrive()
  await closed
  expect(events).toEqual([{ event: 'notification-sent', tries: 1 }])
})

it('the delivery that has nothing to do stops at once', async () => {
  await createDelivery(async () => undefined, createTestClock()).close(60_000)
})
