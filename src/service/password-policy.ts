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

/** How long a server of breached passwords may take, in all. */
const BREACH_TIMEOUT_MS = 2000

/** The longest estimate takes a tenth of this on a machine that is not busy. */
const STRENGTH_TIMEOUT_MS = 1000
const STRENGTH_START_TIMEOUT_MS = 5000
const STRENGTH_MAX_WAIT_MS = 3000
const STRENGTH_MAX_WAITING = 128
/** As long as it may take to fill in the form. */
const STRENGTH_IDLE_MS = 300_000

/** Where the worker's script is, and the dictionary that the build makes. */
const WORKER = new URL('dist/passwords/strength-worker.js', packageFolder)
const DICTIONARY = new URL('dictionary/', WORKER)

/** What new passwords are held against outside of our own code. */
export interface PasswordTools {
  /** Reads the list of common passwords into this thread: for want of estimates, which tell it too. */
  isCommon(password: string): boolean
  readonly estimateStrength: EstimateStrength
  /** Makes ready for an estimate that may be asked for soon. */
  warmUp(): void
  /** Connects to the server of breached passwords, if one is asked. */
  readonly breachDispatcher: Dispatcher
}

/** Holds new passwords against all rules that are configured. */
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

/** The tools of a process of its own. Nothing is started, and nobody asked, before the first password. */
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
