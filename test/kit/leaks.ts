import type { EventEmitter } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { TestService } from './service.js'

/** Turns of the event loop in which sockets that were broken must have closed. */
const MAX_TURNS = 10_000

/** The listeners on what lives as long as the service. */
function listenersOf({ server, dispatcher }: TestService): unknown {
  const emitters: readonly EventEmitter[] = [server, dispatcher as unknown as EventEmitter, process]
  return emitters.map((emitter) =>
    emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]),
  )
}

/** Sockets, servers and timers that are open. */
function handles(): string[] {
  const real = process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|Timeout)/.test(name))
  const held = vi.isFakeTimers() ? vi.getTimerCount() : 0
  return [...real, ...Array<string>(held).fill('held timeout')].toSorted()
}

/**
 * Lets work happen with a service, and stops it: then nothing that the work or the service opened is open any more.
 * The calls of the panel have ended before.
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
  // To wait by a timer would be a handle too.
  for (let turn = 0; turn < MAX_TURNS && handles().length > before.length; turn++) await setImmediate()
  // The test runner has timers of its own, which come and go.
  expect(handles().length, handles().join()).toBeLessThanOrEqual(before.length)
}
