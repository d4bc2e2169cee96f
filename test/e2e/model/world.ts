import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../../src/lib/clock.js'
import { createLogWriter, type LogWriter } from '../../../src/log/log-writer.js'
import { createRedisStore } from '../../../src/store/redis-store.js'
import type { SharedStore } from '../../../src/store/shared-store.js'
import { createFastClock, type FastClock } from '../../kit/clock.js'
import { type Relay, startRelay } from '../../kit/relay.js'
import { type RunningService, simulatorEnvironment, startServiceAt } from '../../kit/service.js'
import { type SmtpServer, startSmtpServer } from '../../kit/smtp-server.js'
import { type PanelSimulator, startPanelSimulator } from '../../panel-simulator/simulator.js'
import { createCachedHashes } from '../../service/model/cached-hashes.js'
import { createLogSink, type LogSink } from './log-sink.js'
import { type RedisPair, startRedisPair } from './redis-pair.js'

/** One of several instances that share a Redis and a panel. */
export interface Instance {
  readonly service: RunningService
  readonly store: SharedStore
  /** Between the instance and Redis. */
  readonly relay: Relay
  readonly log: LogWriter
  readonly sink: LogSink
  /** Everything that should be logged. */
  readonly logged: Record<string, unknown>[]
  /** Resolves when a request from an address has arrived. */
  arrivalFrom(clientAddress: string): Promise<void>
  /** The audit line of the only attempt from an address, once it is written. */
  lineFrom(clientAddress: string): Promise<Record<string, unknown>>
}

/** Two instances, and everything they depend on. */
export interface World {
  readonly panel: PanelSimulator
  /** The clock of the panel's commands. */
  readonly panelClock: FastClock
  readonly redis: RedisPair
  readonly smtp: SmtpServer
  readonly instances: readonly [Instance, Instance]
  readonly losses: Loss[]
}

/** A period, by `performance.now()`, in which Redis forgot something, or may have. */
export interface Loss {
  readonly fromMs: number
  /** Infinity while it lasts. */
  untilMs: number
  /** Whether locks are lost too. Counts stay lost, but holders take their locks again once they have reconnected. */
  readonly ofLocks: boolean
}

/** How many times as fast as on a fast machine the panel's commands are. */
export const panelSpeeds = { usual: 10, slow: 1 } as const

/** How long (ms) to wait for the panel's response. */
const PANEL_TIMEOUT_MS = 1000

/** How many wrong passwords one address may try at one mailbox. */
export const GUESSES = 5

export async function startWorld(domains: number): Promise<World> {
  const panelClock = createFastClock(panelSpeeds.usual)
  const [panel, redis, smtp] = await Promise.all([
    startPanelSimulator({
      machine: 'fast',
      clock: panelClock,
      moreDomains: domains,
      moreMailboxes: 2,
      hashPassword: createCachedHashes(),
    }),
    startRedisPair(),
    startSmtpServer(),
  ])
  onTestFinished(() => panel.close())
  const environment = {
    ...simulatorEnvironment(panel),
    HESTIA_TIMEOUT_MS: String(PANEL_TIMEOUT_MS),
    REKEY_REQUEST_TIMEOUT_MS: '8000',
    REKEY_TRUST_PROXY: '1',
    REKEY_LIMIT_NETWORK: '1000000/1h',
    REKEY_LIMIT_FAILURES: `${GUESSES}/1h`,
    REKEY_LIMIT_TARGET: '1000000/1h',
    REKEY_LIMIT_CEILING: '1000000/24h',
    REKEY_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    REKEY_MAIL_FROM: 'post@example.org',
  }
  const start = () => startInstance(panel, environment, redis.port())
  return { panel, panelClock, redis, smtp, instances: [await start(), await start()], losses: [] }
}

async function startInstance(
  panel: PanelSimulator,
  environment: Record<string, string>,
  redisPort: number,
): Promise<Instance> {
  const relay = await startRelay(redisPort)
  onTestFinished(relay.close)
  const at = { host: '127.0.0.1', port: relay.port }
  const store = await createRedisStore(
    { at, tls: false, username: undefined, password: undefined, database: 0 },
    { clock: systemClock, randomId: randomUUID, report: () => undefined },
  )
  onTestFinished(() => store.close())
  const sink = createLogSink()
  const writer = createLogWriter(sink.writeBytes, systemClock)
  const logged: Record<string, unknown>[] = []
  const lines = new Map<unknown, Record<string, unknown>>()
  const log = {
    ...writer,
    write(text: string) {
      const line = JSON.parse(text)
      logged.push(line)
      if (line.event === 'attempt') lines.set(line.clientAddress, line)
      writer.write(text)
    },
  }
  const service = await startServiceAt(panel, environment, { clock: systemClock, store, log })
  const arrivals = new Map<unknown, () => void>()
  service.server.on('request', ({ headers }) => arrivals.get(headers['x-forwarded-for'])?.())
  return {
    service,
    store,
    relay,
    log,
    sink,
    logged,
    arrivalFrom: (clientAddress) => new Promise((resolve) => void arrivals.set(clientAddress, resolve)),
    async lineFrom(clientAddress) {
      await vi.waitUntil(() => lines.has(clientAddress), { timeout: 30_000, interval: 5 })
      return lines.get(clientAddress) ?? {}
    },
  }
}

/** Expects that every line is written or counted as lost. */
export async function expectWholeLog({ log, sink, logged }: Instance): Promise<void> {
  await vi.waitUntil(() => log.state().waiting === 0, { timeout: 15_000 })
  const lines = sink.lines()
  const lossTold = lines.filter(({ event }) => event === 'log-lines-lost')
  const { lost } = log.state()
  expect(lossTold.reduce((sum, { count }) => sum + Number(count), 0)).toBe(lost)
  expect(lines.length - lossTold.length + lost).toBe(logged.length)
}

/** Expects one notification for each change of each mailbox. */
export function expectNotifications({ instances, smtp }: World): void {
  const changed = instances.flatMap(({ logged }) => logged.filter(({ code }) => code === 'changed'))
  expect(countOf(smtp.messages.map(({ to }) => to.join()))).toEqual(
    countOf(changed.map(({ mailbox }) => String(mailbox))),
  )
}

function countOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names.toSorted()) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
