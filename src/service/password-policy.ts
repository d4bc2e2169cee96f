import { readFileSync } from 'node:fs'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Config } from '../config/load.js'
import { packageFolder } from '../config/package-folder.js'
import { type CheckPolicy, createPolicyCheck } from '../core/password/policy.js'
import type { EstimateStrength } from '../core/password/strength.js'
import { createCommonPasswordCheck } from '../passwords/common-passwords.js'
import { createBreachCheck, createBreachDispatcher } from '../passwords/pwned-passwords.js'
import { createStrengthThread } from '../passwords/strength-thread.js'
import { readWordList } from '../passwords/word-list.js'

/** The time-out of the server for breached passwords. */
const BREACH_TIMEOUT_MS = 2000

/** The longest estimate takes a tenth of this on an idle machine. */
const STRENGTH_TIMEOUT_MS = 1000
const STRENGTH_START_TIMEOUT_MS = 5000
const STRENGTH_MAX_WAIT_MS = 3000
const STRENGTH_MAX_WAITING = 128
/** As long as a person may need for the form. */
const STRENGTH_IDLE_MS = 300_000

/** The worker's script, and the dictionary that the build makes. */
const WORKER = new URL('dist/passwords/strength-worker.js', packageFolder)
const DICTIONARY = new URL('dictionary/', WORKER)

/** What checks of new passwords need from outside our own code. */
export interface PasswordTools {
  /** Reads the list of common passwords into this thread. Needed only without estimates, which cover the same list. */
  isCommon(password: string): boolean
  readonly estimateStrength: EstimateStrength
  /** Prepares for an estimate that is likely to come soon. */
  warmUp(): void
  /** Connects to the server for breached passwords. */
  readonly breachDispatcher: Dispatcher
}

/** Checks new passwords against all configured rules. */
export function createPasswordChecks(
  { passwordMinLength, passwordMinScore, breachServer }: Config,
  brandWords: readonly string[],
  { isCommon, estimateStrength, breachDispatcher }: PasswordTools,
  logger: Logger,
): CheckPolicy {
  return createPolicyCheck({
    policy: { minLength: passwordMinLength, isCommon },
    minScore: passwordMinScore,
    brandWords,
    estimateStrength,
    breaches: breachServer && {
      isBreached: createBreachCheck(breachDispatcher, breachServer.url, BREACH_TIMEOUT_MS),
      mustBeKnown: breachServer.mustBeKnown,
    },
    report: (event, reason) => logger.warn({ event, reason }),
  })
}

/** The tools of this process. They start nothing, and connect to nothing, before the first password. */
export function createPasswordTools(): PasswordTools & { close(): Promise<void> } {
  const thread = createStrengthThread({
    script: WORKER,
    dictionary: DICTIONARY,
    startTimeoutMs: STRENGTH_START_TIMEOUT_MS,
    timeoutMs: STRENGTH_TIMEOUT_MS,
    maxWaitMs: STRENGTH_MAX_WAIT_MS,
    maxWaiting: STRENGTH_MAX_WAITING,
    idleMs: STRENGTH_IDLE_MS,
  })
  const breachDispatcher = createBreachDispatcher({}, BREACH_TIMEOUT_MS)
  let isCommon: PasswordTools['isCommon'] | undefined
  return {
    isCommon(password) {
      isCommon ??= createCommonPasswordCheck(readWordList(readFileSync(new URL('passwords.txt', DICTIONARY))))
      return isCommon(password)
    },
    estimateStrength: thread.estimateStrength,
    warmUp: thread.warmUp,
    breachDispatcher,
    async close() {
      await Promise.all([thread.close(), breachDispatcher.close()])
    },
  }
}
