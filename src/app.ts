import { fileURLToPath } from 'node:url'
import express, { type Express, type Response } from 'express'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import { createAddressLimit } from './abuse/address-limit.js'
import { createAttemptLimits } from './abuse/attempt-limits.js'
import type { SharedStore } from './abuse/shared-store.js'
import type { Config } from './config.js'
import { changePassword } from './core/change-password.js'
import type { Clock } from './core/clock.js'
import { createDomainOwners } from './core/domain-owners.js'
import type { PasswordChange } from './core/password-change.js'
import type { PasswordCheck } from './core/password-check.js'
import type { JudgePassword } from './core/password-judge.js'
import type { CheckReadiness } from './core/readiness.js'
import type { Answer } from './http/answer.js'
import { createAnswering } from './http/answering.js'
import { createApiRouter } from './http/api.js'
import { createClientCheck } from './http/clients.js'
import { createDoors } from './http/doors.js'
import { createHealthRouter } from './http/health.js'
import { createInFlight } from './http/in-flight.js'
import { loadMessages } from './http/messages.js'
import { createPageRouter } from './http/page.js'
import { sendJson } from './http/problem.js'
import { contextOf, createRequestContext } from './http/request-context.js'
import { createSecurityHeaders } from './http/security-headers.js'
import { createSubmit } from './http/submit.js'
import { createRender } from './http/views.js'
import { createWebmailRouter } from './http/webmail.js'
import { createWebmailHostCheck } from './http/webmail-hosts.js'
import { createWellKnownRouter } from './http/well-known.js'
import { createMailChecks } from './mail-checks.js'
import { createCommandRunner, type RunCommand } from './panel/command-runner.js'
import { createPanel } from './panel/commands.js'
import { keyIdOf } from './panel/credentials.js'
import { createKeyGuard, type KeyGuard } from './panel/key-guard.js'
import { createReadinessCheck } from './panel/readiness.js'
import { createTransport } from './panel/transport.js'
import { createPasswordChecks, type PasswordTools } from './password-checks.js'

const VIEWS = new URL('../views/', import.meta.url)

/** What the service takes from outside its own code. */
export interface AppDependencies {
  readonly config: Config
  readonly version: string
  /** Connects to the panel. */
  readonly dispatcher: Dispatcher
  readonly store: SharedStore
  readonly passwordTools: PasswordTools
  readonly logger: Logger
  readonly clock: Clock
  readonly randomId: () => string
}

/** The service, wired and not listening. */
export interface App {
  readonly handler: Express
  readonly checkReadiness: CheckReadiness
  /** Resolves when the attempts under way have ended. */
  drained(): Promise<void>
}

export function createApp(dependencies: AppDependencies): App {
  const { config, version, store, logger, clock, randomId } = dependencies
  const { basePath, modes } = config
  const judgePassword = createPasswordChecks(config, [], dependencies.passwordTools, logger)
  const policy = {
    minLength: config.passwordMinLength,
    minScore: config.passwordMinScore,
    checksBreaches: config.breachServer !== undefined,
  }
  const { url, credentials, timeoutMs } = config.panel
  const keyGuard = createKeyGuard(store.createKeyRest(keyIdOf(url, credentials)))
  const run = createRunner(dependencies, keyGuard)
  const mailChecks = createMailChecks(config, clock)
  const checkPanel = createReadinessCheck(run, keyGuard, modes, timeoutMs, clock)
  const checkReadiness: CheckReadiness = async () =>
    (await Promise.all([checkPanel(), mailChecks.checkReadiness(), store.checkReadiness()])).flat()
  const messages = loadMessages(new URL('messages/en.json', VIEWS))
  const inFlight = createInFlight()
  const answering = createAnswering({ logger, clock, inFlight })
  const doors = createDoors({
    addressLimit: createAddressLimit(
      config.limits.address,
      store.createLimitStore('address'),
      (response) => contextOf(response).clientAddress,
    ),
    clients: createClientCheck(config.clients),
    refuseOtherHosts: createWebmailHostCheck(config.webmailAddresses),
  })
  const submit = createSubmit({
    limits: createAttemptLimits(config.limits.failures, config.limits.target, store.createLimitStore),
    change: createPasswordChange(dependencies, run, judgePassword, mailChecks.checkPassword),
    clock,
    refusalDelayMs: config.refusalDelayMs,
    requestTimeoutMs: config.requestTimeoutMs,
  })
  const routes = { answering, doors, submit, modes, policy, judgePassword, basePath, version, messages }
  const send = (response: Response, answer: Answer): void => sendJson(response, answer, messages)
  // Others have fixed their paths: they are served at the root too.
  const fixedPaths = [createWellKnownRouter(basePath), createWebmailRouter(routes)]

  const handler = express()
  handler.set('trust proxy', config.trustProxy)
  handler.set('etag', false)
  handler.disable('x-powered-by')
  handler.use(createRequestContext(clock, randomId), ...createSecurityHeaders())
  handler.use(...fixedPaths)
  const mount = basePath === '' ? '/' : basePath
  handler.use(mount, ...fixedPaths, createHealthRouter(checkReadiness))
  handler.use(`${basePath}/api/v1`, createApiRouter(routes))
  handler.use(
    mount,
    createPageRouter({
      ...routes,
      render: createRender(VIEWS),
      assetsDirectory: fileURLToPath(new URL('assets/', VIEWS)),
    }),
  )
  handler.use((_request, response) => send(response, { code: 'not-found' }))
  handler.use(answering.onError(send))
  return { handler, checkReadiness, drained: inFlight.drained }
}

function createRunner({ config, dispatcher, clock }: AppDependencies, keyGuard: KeyGuard): RunCommand {
  const { url, credentials, timeoutMs, maxConcurrency, maxQueue } = config.panel
  return createCommandRunner({
    transport: createTransport(dispatcher, url),
    credentials,
    keyGuard,
    maxConcurrency,
    maxQueue,
    timeoutMs,
    clock,
  })
}

function createPasswordChange(
  { config, store, clock }: AppDependencies,
  run: RunCommand,
  judgePassword: JudgePassword,
  checkPassword: PasswordCheck,
): PasswordChange {
  const shared = {
    owners: createDomainOwners(clock),
    locks: store.locks,
    judgePassword,
    checkPassword,
    clock,
    allowAdminAccounts: config.allowAdminAccounts,
  }
  return (attempt, record) =>
    changePassword(attempt, { ...shared, panel: createPanel(run, attempt.deadline, record) })
}
