import type { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { TestService } from './service.js'

/** Turns of the event loop within which broken sockets must have closed. */
const MAX_TURNS = 10_000

/** The listeners on everything that lives as long as the service. */
function listenersOf({ server, dispatcher }: TestService): unknown {
  const emitters: readonly EventEmitter[] = [server, dispatcher as unknown as EventEmitter, process]
  return emitters.map((emitter) =>
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  )
}

/** Open sockets, servers and timers. */
function handles(): string[] {
  const real = process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|Timeout)/.test(name))
  const held = vi.isFakeTimers() ? vi.getTimerCount() : 0
  return [...real, ...Array<string>(held).fill('held timeout')].toSorted()
}

/**
 * Does some work with a service and stops it. Expects that nothing opened by either is still open. The work must wait for its
 * panel calls.
 *
 * @param start starts the service
 */
export async function expectNoLeak(
  start: () => Promise<TestService>,
  work: (service: TestService) => Promise<void>,
): Promise<void> {
  const before = handles()
  const service = await start()
  const listeners = listenersOf(service)
  await work(service)
  expect(listenersOf(service)).toEqual(listeners)
  await service.app.drain()
  await service.dispatcher.close()
  await service.stop()
  await service.panel.close()
  // A timer would count as a handle too.
  for (let turn = 0; turn < MAX_TURNS && handles().length > before.length; turn++) await setImmediate()
  // The test runner's own timers come and go.
  expect(handles().length, handles().join()).toBeLessThanOrEqual(before.length)
}
