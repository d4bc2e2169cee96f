#!/usr/bin/env node
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import closeWithGrace from 'close-with-grace'
import { type Logger, pino } from 'pino'
import type { Dispatcher } from 'undici'
import { createMemoryStore } from './abuse/memory-store.js'
import type { SharedStore } from './abuse/shared-store.js'
import { type App, createApp } from './app.js'
import { systemClock } from './clock.js'
import { HELP, parseCommandLine } from './command-line.js'
import { type Config, loadConfig } from './config.js'
import { isAlive } from './health-check.js'
import { describeError } from './http/error-log.js'
import { createHttpServer } from './http/server.js'
import { createDispatcher } from './panel/dispatcher.js'

/** Exit codes of sysexits.h. */
const EX_USAGE = 64
const EX_CONFIG = 78

/** How much longer than a request may take a stop waits for those under way. */
const STOP_MARGIN_MS = 5000

const SINGLE_INSTANCE = 'limits and locks are in memory: run one instance, or set REKEY_REDIS_URL'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

main()

function main(): void {
  const command = parseCommandLine(process.argv.slice(2))
  if (command === undefined) {
    process.stderr.write(HELP)
    process.exitCode = EX_USAGE
    return
  }
  if (command === 'help') return void process.stdout.write(HELP)
  if (command === 'version') return void process.stdout.write(`${version}\n`)

  const result = loadConfig(process.env)
  if (!result.ok) {
    process.stderr.write(`${result.faults.join('\n')}\n`)
    process.exitCode = EX_CONFIG
    return
  }
  if (command === 'check-config') return void process.stdout.write('The configuration is complete.\n')
  void (command === 'health' ? tellHealth(result.config) : serve(result.config))
}

async function tellHealth(config: Config): Promise<void> {
  process.exitCode = (await isAlive(config)) ? 0 : 1
}

async function serve(config: Config): Promise<void> {
  // Written at once: a process that stops would lose, or put out of order, the lines still waiting to be written.
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 1, sync: true }))
  const { url, trust, maxConcurrency, timeoutMs, credentials } = config.panel
  const dispatcher = createDispatcher(url, trust, maxConcurrency, timeoutMs)
  const store = await openStore(config, logger)
  const app = createApp({
    config,
    version,
    dispatcher,
    store,
    logger,
    clock: systemClock,
    randomId: randomUUID,
  })
  const server = createHttpServer(app.handler)

  server.once('error', (error) => {
    logger.fatal({ event: 'listen-failed', host: config.host, port: config.port, ...describeError(error) })
    process.exitCode = 1
  })
  server.listen(config.port, config.host, () => {
    stopWithGrace(config.requestTimeoutMs + STOP_MARGIN_MS, { logger, server, app, dispatcher, store })
    const { address, port } = server.address() as AddressInfo
    logger.info({ event: 'listening', address, port, version })
    if (!config.redis) logger.info({ event: 'single-instance', detail: SINGLE_INSTANCE })
    if (credentials.kind === 'admin-password') {
      logger.warn({ event: 'deprecated-credentials', kind: credentials.kind })
    }
    void app.checkReadiness().then((faults) => {
      if (faults.length === 0) logger.info({ event: 'ready' })
      else logger.error({ event: 'not-ready', faults })
    })
  })
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

interface Running {
  readonly logger: Logger
  readonly server: Server
  readonly app: App
  readonly dispatcher: Dispatcher
  readonly store: SharedStore
}

/** Told to stop, the process takes no more requests and waits for those under way, whether or not the client did. */
function stopWithGrace(delayMs: number, { logger, server, app, dispatcher, store }: Running): void {
  closeWithGrace({ delay: delayMs, logger: false }, async ({ signal, err }) => {
    if (err) logger.fatal({ event: 'crash', ...describeError(err) })
    else logger.info({ event: 'stopping', signal })
    // Connections that are in use now need not be kept for another request.
    server.keepAliveTimeout = 1
    await new Promise((resolve) => server.close(resolve))
    await app.drained()
    await dispatcher.close()
    await store.close()
    logger.info({ event: 'stopped' })
  })
}
