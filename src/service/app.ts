import { join } from 'node:path'
import express, { type Express } from 'express'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import { createAttemptLog } from '../audit-log/attempt-log.js'
import { createHashedNames, plainNames } from '../audit-log/log-names.js'
import { brandView, brandWordsOf } from '../branding/brand.js'
import type { Config } from '../config/load.js'
import { ASSETS, viewsDirectories } from '../config/views-folder.js'
import { createAccountRecords } from '../core/account-records.js'
import type { RecordAttempt } from '../core/attempt-context.js'
import { changePassword } from '../core/change-password.js'
import { createDomainOwners } from '../core/domain-owners.js'
import type { CountNewPassword } from '../core/new-password-checks.js'
import type { FindKeyExcess, Panel, PanelLoad } from '../core/panel-port.js'
import type { CheckReadiness } from '../core/readiness.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import type { CountHelpRequest } from '../core/recovery/help-request.js'
import { createLinkMemory } from '../core/recovery/link-memory.js'
import type { CountMail } from '../core/recovery/mail-port.js'
import { createApiRouter } from '../http/api/api.js'
import { sendJson } from '../http/api/problem.js'
import { createAssetsRouter } from '../http/assets.js'
import { createProxyTrust } from '../http/forwarded-address.js'
import { createHealthRouter } from '../http/health.js'
import { createLanguages } from '../http/negotiate-language.js'
import { createPageRouter } from '../http/page/page.js'
import { createRender } from '../http/page/templates.js'
import { createRequestContext } from '../http/request-context.js'
import { refuseUnknownPath } from '../http/route-methods.js'
import { createFraming, createSecurityHeaders } from '../http/security-headers.js'
import { createClientCheck } from '../http/submission/clients.js'
import { createEarlyRefusal } from '../http/submission/early-refusal.js'
import { createGuards } from '../http/submission/guards.js'
import { createHeldAnswers } from '../http/submission/held-answers.js'
import { createPipeline } from '../http/submission/pipeline.js'
import { createWebmailRouter } from '../http/webmail/webmail.js'
import { createWebmailHostCheck } from '../http/webmail/webmail-hosts.js'
import { createWellKnownRouter } from '../http/well-known.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { type CommandRunner, createCommandRunner } from '../panel/command-runner.js'
import { createPanel } from '../panel/commands.js'
import { keyIdOf } from '../panel/credentials.js'
import { createKeyExcessCheck } from '../panel/key-excess.js'
import { createKeyGuard, type KeyGuard } from '../panel/key-guard.js'
import { neededCommands } from '../panel/needed-commands.js'
import { createPanelKnowledge, type PanelKnowledge } from '../panel/panel-knowledge.js'
import { createPanelEntrance } from '../panel/panel-visit.js'
import { createPanelWatch } from '../panel/panel-watch.js'
import { createTransport } from '../panel/transport.js'
import type { SharedStore } from '../store/shared-store.js'
import { createChangeAction } from './change-action.js'
import type { EnterFor } from './enter-for.js'
import { createLimits } from './limits.js'
import { createMailer } from './mailer.js'
import { createNewPasswords } from './new-passwords.js'
import { createOwnerNotices } from './owner-notices.js'
import { createMailChecks } from './password-check.js'
import { createPasswordChecks, type PasswordTools } from './password-policy.js'
import { createRecovery } from './recovery.js'

const NO_ADDRESS =
  'a trusted proxy (REKEY_TRUST_PROXY) sends no address in X-Forwarded-For, so everyone behind it counts as one person: set the header in the proxy'

/** The paths of attempts, relative to the base path, which is one itself. */
const ATTEMPT_PATHS = [
  'help',
  'link',
  'link/end',
  'recover',
  'recovery-address',
  'recovery-address/confirm',
  'recovery-address/remove',
  'api/v1/password-changes',
  'api/v1/recovery-links',
  'api/v1/recovery-links/end',
  'api/v1/recovery-requests',
  'api/v1/recovery-addresses',
  'api/v1/recovery-addresses/confirm',
  'api/v1/recovery-addresses/remove',
]

/** The service's dependencies. */
export interface AppDependencies {
  readonly config: Config
  readonly version: string
  /** Connects to the panel. */
  readonly dispatcher: Dispatcher
  readonly store: SharedStore
  /** Undefined if none is configured. */
  readonly recoveryStore: DurableStore | undefined
  readonly passwordTools: PasswordTools
  readonly logger: Logger
  /** Whether the log can be written. */
  readonly checkLog: CheckReadiness
  readonly clock: Clock
  readonly randomId: () => string
  /** Absent if metrics are off. */
  readonly countAttempt?: RecordAttempt | undefined
  readonly countNewPassword?: CountNewPassword | undefined
  readonly countMail?: CountMail | undefined
  readonly countHelpRequest?: CountHelpRequest | undefined
}

/** The service, wired but not listening. */
export interface App {
  readonly handler: Express
  /** Checks everything that a change needs, and keeps watching it. Resolves after the first check. Call it once. */
  watch(): Promise<void>
  /** Answers at once from the last known state. */
  readonly checkReadiness: CheckReadiness
  readonly panelLoad: () => PanelLoad
  /** Call it rarely: the panel may count it as a failed login. */
  readonly findKeyExcess: FindKeyExcess
  /** For a process that stops: accepts no more attempts, and resolves when the running ones have ended. */
  endAttempts(): Promise<void>
  /** Like `endAttempts`, but also waits for notifications and for checks of new passwords. */
  drain(): Promise<void>
  /** Whether `endAttempts` was called. */
  isStopping(): boolean
}

export function createApp(dependencies: AppDependencies): App {
  const { config, version, store, recoveryStore, passwordTools, logger, checkLog, clock, randomId } =
    dependencies
  const { basePath, proofs } = config
  const brandWords = brandWordsOf(config.brand.name)
  const checkPolicy = createPasswordChecks(config, brandWords, passwordTools, logger)
  const policy = {
    minLength: config.passwordMinLength,
    minScore: config.passwordMinScore,
    checksBreaches: config.breachServer !== undefined,
    brandWords,
  }
  const expectPassword = (): void => {
    if (policy.minScore > 0) passwordTools.warmUp()
  }
  const { url, credentials, timeoutMs } = config.panel
  const keyGuard = createKeyGuard(store.createKeyCooldown(keyIdOf(url, credentials)), clock)
  const needed = neededCommands(config.panelUses)
  const knowledge = createPanelKnowledge(needed, clock)
  const { run, enter, load } = createRunner(dependencies, keyGuard, knowledge.learn)
  const panelWatch = createPanelWatch({ run, keyGuard, knowledge, needed, timeoutMs, clock })
  const mailChecks = createMailChecks(config, clock)
  const checks = [
    panelWatch.checkReadiness,
    mailChecks.checkReadiness,
    store.checkReadiness,
    ...(recoveryStore ? [recoveryStore.checkReadiness] : []),
    checkLog,
  ]
  const checkReadiness: CheckReadiness = async () =>
    (await Promise.all(checks.map((check) => check()))).flat()
  const languages = createLanguages(config.catalogues, config.language)
  const views = viewsDirectories(config.viewsDirectory)
  const brand = brandView(config.brand)
  const names = config.logMailbox === 'hashed' ? createHashedNames(randomId()) : plainNames
  const count = dependencies.countMail
  const mailer = createMailer(config, { logger, names, clock, randomId, count })
  const newPasswords = createNewPasswords({
    logIn: mailChecks.logInAfterwards,
    logger,
    names,
    clock,
    count: dependencies.countNewPassword,
  })
  const attemptLog = createAttemptLog(logger, names, clock)
  const recordAttempt: RecordAttempt = (record) => {
    attemptLog.record(record)
    dependencies.countAttempt?.(record)
  }
  const { addressLimit, limitAttempt, linkLimiter, helpLimits, confirmationLimits } = createLimits(
    config,
    store,
  )
  const held = createHeldAnswers(config.refusalDelayMs, clock)
  const guards = createGuards(
    addressLimit.guard,
    createClientCheck(config.clients),
    createWebmailHostCheck(config.webmailAddresses),
  )
  const pipeline = createPipeline({
    logger,
    clock,
    settleAddress: addressLimit.settle,
    held,
    refusalDelayMs: config.refusalDelayMs,
    recordAttempt,
  })
  const shared = {
    owners: createDomainOwners(store.owners, clock),
    accounts: createAccountRecords(clock),
    locks: store.locks,
    checkPolicy,
    checkPassword: mailChecks.checkPassword,
    clock,
    allowAdminAccounts: config.allowAdminAccounts,
  }
  const enterFor: EnterFor = (attempt, record) => createPanelEntrance(enter, attempt, record, clock)
  const backgroundPanel = (deadline: Deadline): Panel => createPanel(run, deadline, () => undefined, clock)
  const ownerNotices = config.notifyOwner
    ? createOwnerNotices({ ...shared, backgroundPanel, sendMail: mailer.send, logger, names })
    : undefined
  const recovery =
    config.recovery &&
    recoveryStore &&
    createRecovery(config.recovery, proofs, {
      limitAttempt,
      linkLimiter,
      memory: createLinkMemory(recoveryStore, randomId),
      recoveryStore,
      confirmationLimits,
      randomId,
      enterFor,
      backgroundPanel,
      helpLimits,
      countHelpRequest: dependencies.countHelpRequest,
      ownerNotices,
      sendMail: mailer.send,
      logger,
      names,
      shared,
    })
  const change = createChangeAction({
    limitAttempt,
    change: (attempt, record) =>
      changePassword(attempt, {
        ...shared,
        enterPanel: enterFor(attempt, record),
        keepAddress: recovery?.keepAddress,
      }),
    redeem: recovery?.redeem,
    afterAnswer(submission, answer, messages, context) {
      const { mailbox, clientAddress, requestId } = context
      if (answer.code !== 'changed' || mailbox === undefined) return
      mailer.send(
        { kind: 'changed', to: mailbox, language: messages.language, mailbox, clientAddress },
        requestId,
      )
      recovery?.tellChanged?.(mailbox, clientAddress, requestId)
      ownerNotices?.tell('changed-for-owner', mailbox, clientAddress, requestId)
      newPasswords.check(submission, answer, messages, context)
    },
  })
  const routes = {
    pipeline,
    actions: { change, recovery },
    guards,
    proofs,
    policy,
    checkPolicy,
    basePath,
    version,
  }
  // Other programs expect these at the root, whatever the base path is.
  const fixedPaths = [createWellKnownRouter(basePath, config.securityContact), createWebmailRouter(routes)]

  const handler = express()
  const isOnSocket = config.handedSocket !== undefined || 'path' in config.listen
  handler.set('trust proxy', createProxyTrust(config.trustProxy, isOnSocket))
  handler.set('etag', false)
  handler.enable('case sensitive routing')
  handler.disable('x-powered-by')
  handler.use(
    createRequestContext(clock, randomId, (proxy) => {
      logger.warn({ event: 'address-not-handed-on', proxy, detail: NO_ADDRESS })
    }),
  )
  const mount = basePath === '' ? '/' : basePath
  const early = { refusalOf: addressLimit.refusalOf, messagesFor: languages.messagesFor, held, clock }
  for (const path of [mount, ...ATTEMPT_PATHS.map((path) => `${basePath}/${path}`)]) {
    handler.post(path, createEarlyRefusal({ ...early, recordAttempt }))
  }
  handler.post(`${basePath}/api/v1/password-policy`, createEarlyRefusal(early))
  handler.use(...createSecurityHeaders())
  const own = config.viewsDirectory === undefined ? [] : [join(config.viewsDirectory, 'assets')]
  handler.use(`${basePath}/assets`, createAssetsRouter([...own, ASSETS], config.brand))
  handler.use(languages.setLanguage)
  handler.use(...fixedPaths)
  handler.use(mount, ...fixedPaths, createHealthRouter(checkReadiness))
  handler.use(`${basePath}/api/v1`, createApiRouter({ ...routes, requestTimeoutMs: config.requestTimeoutMs }))
  handler.use(
    mount,
    ...createFraming(config.frameAncestors),
    createPageRouter({ ...routes, render: createRender(views, { brand }), languages, brand, expectPassword }),
  )
  handler.use(refuseUnknownPath, pipeline.onError(sendJson))
  const findKeyExcess = createKeyExcessCheck(run, credentials, config.panelUses, timeoutMs, clock)
  async function watch(): Promise<void> {
    await Promise.all([panelWatch.start(), mailChecks.checkReadiness()])
  }
  async function endAttempts(): Promise<void> {
    panelWatch.stop()
    held.release()
    await pipeline.drain()
    recovery?.help?.close()
    attemptLog.stop()
  }
  async function drain(): Promise<void> {
    await endAttempts()
    await ownerNotices?.close()
    await Promise.all([mailer.close(), newPasswords.close()])
  }
  const { isStopping } = pipeline
  return { handler, watch, checkReadiness, findKeyExcess, panelLoad: load, endAttempts, drain, isStopping }
}

function createRunner(
  { config, dispatcher, clock, logger }: AppDependencies,
  keyGuard: KeyGuard,
  learn: PanelKnowledge['learn'],
): CommandRunner {
  const { url, credentials, timeoutMs, maxConcurrency, maxQueue } = config.panel
  return createCommandRunner({
    transport: createTransport(dispatcher, url),
    credentials,
    keyGuard,
    maxConcurrency,
    maxQueue,
    timeoutMs,
    clock,
    reportLimit: (limit) => logger.info({ event: 'panel-concurrency', limit }),
    learn,
  })
}
