import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { systemClock } from '../lib/clock.js'
import { describeError } from '../lib/describe-error.js'
import type { SharedStore } from '../store/shared-store.js'
import type { App } from './app.js'
import type { Metrics } from './metrics.js'
import type { RunMark } from './run-mark.js'
import { LAST_ANSWERS_MS, LAST_REQUESTS_MS } from './stop-times.js'

/** What keeps the process alive. */
export interface Opened {
  readonly dispatcher: Dispatcher
  readonly store: SharedStore
  readonly recoveryStore: DurableStore | undefined
  readonly metrics: Metrics | undefined
  readonly passwordTools: { close(): Promise<void> }
}

/** Lets the process end. */
export async function close({
  dispatcher,
  store,
  recoveryStore,
  metrics,
  passwordTools,
}: Opened): Promise<void> {
  // First, because the metrics would report a closed store as down.
  metrics?.close()
  // No attempt is running, and nobody needs the results of probes.
  await dispatcher.destroy()
  await recoveryStore?.close()
  await store.close()
  await passwordTools.close()
}

/** A running service. */
export interface Running extends Opened {
  /** The process itself. */
  readonly host: Pick<NodeJS.Process, 'on' | 'exit'>
  readonly runMark: RunMark
  readonly logger: Logger
  readonly flushLog: () => Promise<void>
  readonly server: Server
  readonly app: Pick<App, 'endAttempts' | 'drain'>
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/**
 * At a signal, the process accepts no more connections and waits for running attempts, even if their clients have hung up. A client
 * whose request isn't complete has `LAST_REQUESTS_MS` to finish it. A second signal changes nothing.
 *
 * @param delayMs when the process writes the log and ends in any case
 */
export function stopWithGrace(delayMs: number, running: Running): void {
  const { host, runMark, logger, flushLog, server, app, ...opened } = running
  let isStopping = false

  async function stop(exitCode: number): Promise<void> {
    isStopping = true
    setTimeout(() => void end(1), delayMs).unref()
    // Closes connections after their current request.
    server.keepAliveTimeout = 1
    const closed = once(server, 'close')
    server.close()
    await Promise.race([closed, systemClock.wait(LAST_REQUESTS_MS)])
    await app.endAttempts()
    runMark.remove()
    const answersAreOver = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS)
    await Promise.all([app.drain(), closed])
    clearTimeout(answersAreOver)
    await close(opened)
    logger.info({ event: 'stopped' })
    await end(exitCode)
  }

  async function end(exitCode: number): Promise<void> {
    await flushLog()
    host.exit(exitCode)
  }

  for (const name of SIGNALS) {
    host.on(name, (signal) => {
      if (isStopping) return
      logger.info({ event: 'stopping', signal })
      void stop(0)
    })
  }
  const crash = (error: unknown): void => {
    logger.fatal({ event: 'crash', ...describeError(error) })
    // An error while stopping must not keep the process from ending.
    void (isStopping ? end(1) : stop(1))
  }
  host.on('uncaughtException', crash)
  host.on('unhandledRejection', crash)
}
