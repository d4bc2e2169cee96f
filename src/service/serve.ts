import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from '../config/load.js'
import { type HandedSocket, listen } from '../http/listen.js'
import { createHttpServer } from '../http/server.js'
import { systemClock } from '../lib/clock.js'
import { describeError, errorCodeOf } from '../lib/describe-error.js'
import { openLog } from '../log/open-log.js'
import type { StandardOutput } from '../log/standard-output.js'
import type { Build } from '../metrics/registry.js'
import { createDispatcher } from '../panel/dispatcher.js'
import type { SharedStore } from '../store/shared-store.js'
import { createApp } from './app.js'
import type { Metrics } from './metrics.js'
import { openStore } from './open-store.js'
import { createPasswordTools } from './password-policy.js'
import { openRecoveryStore } from './recovery-store.js'
import { findRunMark } from './run-mark.js'
import { reportPanel } from './startup-report.js'
import { close, type Running, stopWithGrace } from './stop.js'
import { longestStopMs } from './stop-times.js'

const NO_RUN_MARK =
  'RUNTIME_DIRECTORY can’t be written to: if this process is killed, the next one won’t know, and won’t wait for a running change'

const SINGLE_INSTANCE = 'limits and locks are in memory: run only one instance, or set REKEY_REDIS_URL'

/** The process of the service. */
type Host = Running['host'] & { readonly stdout: StandardOutput }

/**
 * Serves until the process is told to stop. Resolves to true when it listens. If it can't, logs why, closes everything except
 * standard output, and resolves to false.
 */
export async function serve(config: Config, build: Build, host: Host): Promise<boolean> {
  const { version } = build
  const { logger, ...log } = openLog(host.stdout, config.logLevel, systemClock)
  const { url, trust, maxConcurrency, timeoutMs } = config.panel
  const dispatcher = createDispatcher(url, trust, maxConcurrency, timeoutMs)
  const runMark = findRunMark(config.redis ? undefined : config.runtimeDirectory, (error) => {
    logger.warn({ event: 'runtime-directory-unusable', errorCode: errorCodeOf(error), detail: NO_RUN_MARK })
  })
  const store = await openStore(config, logger, runMark.isLeftOver)
  const recovery = await openRecoveryStore(config.recoveryStore, store, logger)
  const recoveryStore = recovery === 'refused' ? undefined : recovery
  const metrics = await loadMetrics(config, build, logger)
  const passwordTools = createPasswordTools()
  const opened = { dispatcher, store, recoveryStore, metrics, passwordTools }

  async function giveUp(): Promise<false> {
    await close(opened)
    await log.flush()
    return false
  }

  if (recovery === 'refused' || (await isRefused(store))) return giveUp()
  const app = createApp({
    config,
    version,
    dispatcher,
    store,
    recoveryStore,
    passwordTools,
    logger,
    checkLog: log.checkReadiness,
    clock: systemClock,
    randomId: randomUUID,
    countAttempt: metrics?.countAttempt,
    countNewPassword: metrics?.countNewPassword,
    countMail: metrics?.countMail,
    countHelpRequest: metrics?.countHelpRequest,
  })
  const { panelLoad, checkReadiness } = app
  const sources = { panelLoad, checkReadiness, checkStore: store.checkReadiness, logState: log.state }
  if (metrics && !(await metrics.show(sources))) return giveUp()
  const server = createHttpServer(app.handler)
  const { handedSocket } = config
  const place = handedSocket ?? config.listen
  try {
    await listen(server, place)
  } catch (error) {
    logger.fatal({ event: 'listen-failed', ...place, ...describeError(error) })
    return giveUp()
  }
  runMark.set()
  const delayMs = longestStopMs(config.requestTimeoutMs, timeoutMs)
  stopWithGrace(delayMs, { host, runMark, logger, flushLog: log.flush, server, app, ...opened })
  logger.info({ event: 'listening', ...addressOf(server, handedSocket), version })
  if (!config.redis) logger.info({ event: 'single-instance', detail: SINGLE_INSTANCE })
  void reportPanel({ app, credentials: config.panel.credentials, logger, clock: systemClock })
  return true
}

function addressOf(server: Server, handed: HandedSocket | undefined): { address: string; port?: number } {
  if (handed) return { address: `systemd:${handed.name}` }
  const bound = server.address() as AddressInfo | string
  return typeof bound === 'string'
    ? { address: `unix:${bound}` }
    : { address: bound.address, port: bound.port }
}

/** Whether the store is a cluster, with which no change could ever work. The store has logged it. */
async function isRefused(store: SharedStore): Promise<boolean> {
  return (await store.checkReadiness()).some(({ code }) => code === 'store-is-cluster')
}

/** Loads the metrics library, which takes time and memory, only if metrics are on. */
async function loadMetrics({ metrics }: Config, build: Build, logger: Logger): Promise<Metrics | undefined> {
  if (!metrics) return undefined
  const { createMetrics } = await import('./metrics.js')
  return createMetrics(metrics, build, logger)
}
