#!/usr/bin/env node
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type Logger, pino } from 'pino'
import { createMemoryStore } from './abuse/memory-store.js'
import type { SharedStore } from './abuse/shared-store.js'
import { type App, createApp } from './app.js'
import { systemClock } from './clock.js'
import { parseCommandLine } from './command-line.js'
import { type Config, loadConfig } from './config.js'
import { isAlive } from './health-check.js'
import { describeError } from './http/error-log.js'
import { createHttpServer } from './http/server.js'
import type { Metrics } from './metrics-listener.js'
import { isLegacy, type PanelCredentials } from './panel/credentials.js'
import { createDispatcher } from './panel/dispatcher.js'
import { createPasswordTools } from './password-checks.js'
import { type SetupOptions, setUpPanel } from './setup-panel.js'
import { close, stopWithGrace } from './stop.js'

/** Exit codes of sysexits.h. */
const EX_USAGE = 64
const EX_CONFIG = 78

/** How much longer than a request may take a stop waits for those under way, and for the notes that they left to send. */
const STOP_MARGIN_MS = 10_000

const SINGLE_INSTANCE = 'limits and locks are in memory: run one instance, or set REKEY_REDIS_URL'

const BETTER_KEY = 'it may do more than is needed: `setup-panel` prints how to make one that may not'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

main()

function main(): void {
  const command = parseCommandLine(process.argv.slice(2))
  switch (command.is) {
    case 'help':
      process.stdout.write(command.text)
      break
    case 'version':
      process.stdout.write(`${version}\n`)
      break
    case 'misused':
      fail(EX_USAGE, command.text)
      break
    case 'setup-panel':
      printPanelScript(command)
      break
    case 'doctor':
      void runDoctor(command.url, command.json)
      break
    default:
      start(command.is)
  }
}

function printPanelScript(options: SetupOptions): void {
  const result = setUpPanel(process.env, options)
  if (result.ok) process.stdout.write(result.script)
  else fail(EX_CONFIG, `${result.fault}\n`)
}

/** Loads the doctor here: the service has no use for it. */
async function runDoctor(url: URL | undefined, json: boolean): Promise<void> {
  const { diagnose } = await import('./diagnose.js')
  const { text, sound } = await diagnose(process.env, url, json)
  process.stdout.write(text)
  process.exitCode = sound ? 0 : 1
}

function start(wish: 'serve' | 'check-config' | 'health'): void {
  const result = loadConfig(process.env)
  if (!result.ok) fail(EX_CONFIG, `${result.faults.join('\n')}\n`)
  else if (wish === 'check-config') process.stdout.write('The configuration is complete.\n')
  else void (wish === 'health' ? tellHealth(result.config) : serve(result.config))
}

async function tellHealth(config: Config): Promise<void> {
  process.exitCode = (await isAlive(config)) ? 0 : 1
}

function fail(exitCode: number, text: string): void {
  process.stderr.write(text)
  process.exitCode = exitCode
}

async function serve(config: Config): Promise<void> {
  // Written at once: a process that stops would lose, or put out of order, the lines still waiting to be written.
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 1, sync: true }))
  const { url, trust, maxConcurrency, timeoutMs } = config.panel
  const dispatcher = createDispatcher(url, trust, maxConcurrency, timeoutMs)
  const store = await openStore(config, logger)
  const metrics = await loadMetrics(config, logger)
  const passwordTools = createPasswordTools()
  const app = createApp({
    config,
    version,
    dispatcher,
    store,
    passwordTools,
    logger,
    clock: systemClock,
    randomId: randomUUID,
    observeAttempt: metrics?.observeAttempt,
  })
  const opened = { dispatcher, store, metrics, passwordTools }
  const { panelLoad, checkReadiness } = app
  if (metrics && !(await metrics.show({ panelLoad, checkReadiness, checkStore: store.checkReadiness }))) {
    process.exitCode = 1
    return close(opened)
  }
  const server = createHttpServer(app.handler)

  server.once('error', (error) => {
    logger.fatal({ event: 'listen-failed', host: config.host, port: config.port, ...describeError(error) })
    process.exitCode = 1
    void close(opened)
  })
  server.listen(config.port, config.host, () => {
    stopWithGrace(config.requestTimeoutMs + STOP_MARGIN_MS, { logger, server, app, ...opened })
    const { address, port } = server.address() as AddressInfo
    logger.info({ event: 'listening', address, port, version })
    if (!config.redis) logger.info({ event: 'single-instance', detail: SINGLE_INSTANCE })
    void reportPanel(app, config.panel.credentials, logger)
  })
}

/** Tells the log whether the panel is ready, and then whether its key may do more than is needed. */
async function reportPanel(app: App, credentials: PanelCredentials, logger: Logger): Promise<void> {
  const faults = await app.checkReadiness()
  if (faults.length === 0) logger.info({ event: 'ready' })
  else logger.error({ event: 'not-ready', faults })
  // A panel that has faults is not asked more. What a legacy key may do is known without asking.
  if (faults.length > 0 && !isLegacy(credentials)) return
  const { code, ...excess } = (await app.findKeyExcess()) ?? {}
  if (code) logger.warn({ event: code, ...excess, detail: BETTER_KEY })
}

/** Opens the store that instances share, or one in memory. */
async function openStore({ redis }: Config, logger: Logger): Promise<SharedStore> {
  if (!redis) return createMemoryStore(systemClock)
  const { createRedisStore } = await import('./abuse/redis-store.js')
  return createRedisStore(redis, {
    clock: systemClock,
    randomId: randomUUID,
    report(event, reason) {
      if (event === 'store-ready') logger.info({ event })
      else logger.error({ event, reason })
    },
  })
}

/** Loads the client library, which takes time and memory, only where something is to be measured. */
async function loadMetrics({ metrics }: Config, logger: Logger): Promise<Metrics | undefined> {
  if (!metrics) return undefined
  const { createMetrics } = await import('./metrics-listener.js')
  return createMetrics(metrics, { version, node: process.version }, logger)
}
