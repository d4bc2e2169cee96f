import type { Express } from 'express'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import { createAttemptLog } from '../audit-log/attempt-log.js'
import { createHashedNames, plainNames } from '../audit-log/log-names.js'
import { brandWordsOf } from '../branding/brand.js'
import type { Config } from '../config/load.js'
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
import { createHeldAnswers } from '../http/submission/held-answers.js'
import { createPipeline } from '../http/submission/pipeline.js'
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
import { createHandler } from './handler.js'
import { createLimits } from './limits.js'
import { createMailer } from './mailer.js'
import { createNewPasswords } from './new-passwords.js'
import { createOwnerNotices } from './owner-notices.js'
import { createMailChecks } from './password-check.js'
import { createPasswordChecks, type PasswordTools } from './password-policy.js'
import { createRecovery } from './recovery.js'

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
    createRecovery(config.recovery, config.proofs, {
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
  const handler = createHandler(config, {
    version,
    pipeline,
    actions: { change, recovery },
    policy,
    checkPolicy,
    expectPassword,
    checkReadiness,
    addressLimit,
    held,
    recordAttempt,
    logger,
    clock,
    randomId,
  })
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
