import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { RecordAttempt } from '../core/attempt-context.js'
import type { CountNewPassword } from '../core/new-password-checks.js'
import type { CountHelpRequest } from '../core/recovery/help-request.js'
import type { CountMail } from '../core/recovery/mail-port.js'
import type { ListenAddress } from '../http/listen.js'
import { createHttpServer } from '../http/server.js'
import { describeError } from '../lib/describe-error.js'
import { createAttemptMetrics } from '../metrics/attempt-metrics.js'
import { createMetricsHandler } from '../metrics/handler.js'
import { createNewPasswordMetrics } from '../metrics/new-password-metrics.js'
import { createRecoveryMetrics } from '../metrics/recovery-metrics.js'
import { type Build, createRegistry } from '../metrics/registry.js'
import { addStateMetrics, type StateSources } from '../metrics/state-metrics.js'

/** The service's metrics, and the server that shows them. */
export interface Metrics {
  readonly countAttempt: RecordAttempt
  readonly countNewPassword: CountNewPassword
  readonly countMail: CountMail
  readonly countHelpRequest: CountHelpRequest
  /** Starts to listen, and logs the address. If it can't listen, logs why and resolves to false. Call it once. */
  show(sources: StateSources): Promise<boolean>
  close(): void
}

export function createMetrics({ host, port }: ListenAddress, build: Build, logger: Logger): Metrics {
  const registry = createRegistry(build)
  const server = createHttpServer(
    createMetricsHandler(registry, (error) => {
      logger.error({ event: 'metrics-failed', ...describeError(error) })
    }),
  )

  return {
    countAttempt: createAttemptMetrics(registry),
    countNewPassword: createNewPasswordMetrics(registry),
    ...createRecoveryMetrics(registry),

    async show(sources) {
      addStateMetrics(registry, sources)
      try {
        await once(server.listen(port, host), 'listening')
      } catch (error) {
        logger.fatal({ event: 'metrics-listen-failed', host, port, ...describeError(error) })
        return false
      }
      const address = server.address() as AddressInfo
      logger.info({ event: 'metrics-listening', address: address.address, port: address.port })
      return true
    },

    close() {
      server.close()
    },
  }
}
