import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Logger, pino } from 'pino'
import supertest from 'supertest'
import type TestAgent from 'supertest/lib/agent.js'
import type { Dispatcher } from 'undici'
import { onTestFinished } from 'vitest'
import { type Config, loadConfig } from '../../src/config/load.js'
import type { ReadinessFault } from '../../src/core/readiness.js'
import type { DurableStore } from '../../src/core/recovery/durable-store.js'
import { createHttpServer } from '../../src/http/server.js'
import type { Clock } from '../../src/lib/clock.js'
import type { LogWriter } from '../../src/log/log-writer.js'
import { createDispatcher } from '../../src/panel/dispatcher.js'
import { createBreachDispatcher } from '../../src/passwords/pwned-passwords.js'
import { type App, createApp } from '../../src/service/app.js'
import { createMetrics } from '../../src/service/metrics.js'
import type { PasswordTools } from '../../src/service/password-policy.js'
import { openRecoveryStore } from '../../src/service/recovery-store.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import type { SharedStore } from '../../src/store/shared-store.js'
import {
  type PanelSimulator,
  type SimulatorOptions,
  simulatorCredentials,
  startPanelSimulator,
} from '../panel-simulator/simulator.js'
import { createTestClock, type TestClock } from './clock.js'
import { estimateHere, isCommonPassword } from './strength.js'

/** The service, with any clock. */
export interface RunningService {
  readonly panel: PanelSimulator
  readonly app: App
  readonly server: Server
  /** The connections to the panel. */
  readonly dispatcher: Dispatcher
  /** The store of recovery data, if there is one. */
  readonly recoveryStore: DurableStore | undefined
  /** The service's URL. */
  readonly url: string
  readonly http: TestAgent
  /** Everything that was logged. */
  readonly logText: () => string
  /** The log lines of the events whose names begin like this. */
  readonly logged: (event: string) => Record<string, unknown>[]
  /** The audit lines. */
  readonly attempts: () => Record<string, unknown>[]
  /** The commands that the panel received, in order. */
  readonly commands: () => string[]
  /** Breaks all connections, even busy ones. */
  stop(): Promise<void>
}

/** The service with a test clock. */
export interface TestService extends RunningService {
  readonly clock: TestClock
}

/** Replacements for parts of a service. */
interface ServiceParts {
  /** Default: an estimator without its worker, and connections that trust the system's authorities. */
  readonly passwordTools?: Partial<PasswordTools> | undefined
  readonly clock?: Clock
  /** Default: in memory. */
  readonly store?: SharedStore | undefined
  /** Default: the configured one. */
  readonly recoveryStore?: DurableStore | undefined
  /** Also gets the log. */
  readonly log?: Pick<LogWriter, 'write' | 'checkReadiness'>
}

export interface TestServiceOptions extends Pick<ServiceParts, 'passwordTools' | 'recoveryStore' | 'store'> {
  readonly environment?: Record<string, string>
  readonly simulator?: SimulatorOptions
  readonly clock?: TestClock
}

const scratch = mkdtempSync(join(tmpdir(), 'rekey-test-'))

/** Writes a new file and returns its path. */
export function scratchFile(content: string | Buffer): string {
  const path = join(scratch, randomUUID())
  writeFileSync(path, content)
  return path
}

/** Writes files into a new folder, by their paths in it, and returns the folder's path. */
export function scratchFolder(files: Readonly<Record<string, string>>): string {
  const folder = join(scratch, randomUUID())
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The environment in which the service uses the simulator. Rate limits are high, and refusals aren't delayed. */
export function simulatorEnvironment(panel: PanelSimulator): Record<string, string> {
  return {
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    HESTIA_CA_FILE: scratchFile(panel.certificate.certificate),
    REKEY_REFUSAL_DELAY_MS: '0',
    REKEY_LIMIT_ADDRESS: '1000/1h',
    REKEY_LIMIT_FAILURES: '1000/1h',
    REKEY_LIMIT_NETWORK: '1000/1h',
    REKEY_LIMIT_TARGET: '1000/1h',
    REKEY_LIMIT_CEILING: '1000/24h',
  }
}

/** Adds a new folder if recovery data is stored in one. */
function withDataFolder(environment: Record<string, string>): Record<string, string> {
  if (environment.REKEY_RECOVERY_STORE !== 'folder' || environment.REKEY_DATA_DIR) return environment
  return { ...environment, REKEY_DATA_DIR: dataFolder() }
}

/** A new folder that nobody else can read. */
export function dataFolder(): string {
  return mkdtempSync(join(scratch, 'data-'))
}

async function openStore(
  config: Config,
  store: SharedStore,
  logger: Logger,
): Promise<DurableStore | undefined> {
  const opened = await openRecoveryStore(config.recoveryStore, store, logger)
  if (opened === 'refused') throw new Error('the recovery store can’t be used')
  if (opened) onTestFinished(() => opened.close())
  return opened
}

/** Loads a valid configuration. */
export function configOf(environment: Record<string, string>): Config {
  const result = loadConfig(environment, process.pid)
  if (!result.ok) throw new Error(result.faults.join('\n'))
  return result.config
}

/** Makes the service watch the panel once, and returns its readiness. */
export async function readinessOf({ app }: TestService): Promise<readonly ReadinessFault[]> {
  await app.watch()
  return await app.checkReadiness()
}

/** Starts the service with its own panel. Both are stopped when the test ends. */
export async function startService({
  environment,
  simulator,
  passwordTools,
  clock = createTestClock(),
  store,
  recoveryStore,
}: TestServiceOptions = {}): Promise<TestService> {
  const panel = await startPanelSimulator(simulator)
  onTestFinished(() => panel.close())
  const parts = { clock, passwordTools, store, recoveryStore }
  const service = await startServiceAt(panel, { ...simulatorEnvironment(panel), ...environment }, parts)
  return { ...service, clock }
}

/** Starts the service with an existing panel. It is stopped when the test ends. */
export async function startServiceAt(
  panel: PanelSimulator,
  environment: Record<string, string>,
  {
    clock = createTestClock(),
    passwordTools = {},
    store = createMemoryStore(clock),
    recoveryStore: given,
    log = { write: () => undefined, checkReadiness: async () => [] },
  }: ServiceParts = {},
): Promise<RunningService> {
  const config = configOf(withDataFolder(environment))
  const lines: string[] = []
  const logger = pino(
    { level: config.logLevel, base: null },
    {
      write(line: string) {
        lines.push(line)
        log.write(line)
      },
    },
  )
  const recoveryStore = given ?? (await openStore(config, store, logger))
  const { url: panelUrl, trust, maxConcurrency, timeoutMs } = config.panel
  const dispatcher = createDispatcher(panelUrl, trust, maxConcurrency, timeoutMs)
  const breachDispatcher = passwordTools.breachDispatcher ?? createBreachDispatcher({}, 2000)
  const version = '0.0.0'
  const metrics = config.metrics && createMetrics(config.metrics, { version, node: 'v20.19.0' }, logger)
  const app = createApp({
    config,
    version,
    dispatcher,
    store,
    recoveryStore,
    passwordTools: {
      isCommon: isCommonPassword,
      estimateStrength: passwordTools.estimateStrength ?? estimateHere,
      warmUp: passwordTools.warmUp ?? (() => undefined),
      breachDispatcher,
    },
    logger,
    checkLog: log.checkReadiness,
    clock,
    randomId: randomUUID,
    countAttempt: metrics?.countAttempt,
    countNewPassword: metrics?.countNewPassword,
    countMail: metrics?.countMail,
    countHelpRequest: metrics?.countHelpRequest,
  })
  const { panelLoad, checkReadiness } = app
  const logState = () => ({ lost: 0, waiting: 0 })
  await metrics?.show({ panelLoad, checkReadiness, checkStore: store.checkReadiness, logState })
  const server = createHttpServer(app.handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const logged = (event: string): Record<string, unknown>[] =>
    lines.filter((line) => line.includes(`"event":"${event}`)).map((line) => JSON.parse(line))
  const stop = async (): Promise<void> => {
    metrics?.close()
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await Promise.all([closed, dispatcher.destroy(), breachDispatcher.destroy()])
  }
  onTestFinished(stop)
  return {
    panel,
    app,
    server,
    dispatcher,
    recoveryStore,
    stop,
    url,
    http: supertest(url),
    logText: () => lines.join(''),
    logged,
    attempts: () => logged('attempt'),
    commands: () => panel.calls.map(({ command }) => command),
  }
}
