import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { Config } from '../config/load.js'
import { type CheckPolicy, createPolicyCheck } from '../core/password/policy.js'
import type { EstimateStrength } from '../core/password/strength.js'
import { isCommonPassword } from '../passwords/common-passwords.js'
import { createBreachCheck, createBreachDispatcher } from '../passwords/pwned-passwords.js'
import { createStrengthThread, type StrengthThread } from '../passwords/strength-thread.js'

/** How long a server of breached passwords may take, in all. */
const BREACH_TIMEOUT_MS = 2000

/** The longest estimate takes a tenth of this on a machine that is not busy. */
const STRENGTH_TIMEOUT_MS = 1000
const STRENGTH_START_TIMEOUT_MS = 5000
const STRENGTH_MAX_WAIT_MS = 3000
const STRENGTH_MAX_WAITING = 128
const STRENGTH_IDLE_MS = 60_000

/** What new passwords are held against outside of our own code. */
export interface PasswordTools {
  readonly estimateStrength: EstimateStrength
  /** Connects to the server of breached passwords, if one is asked. */
  readonly breachDispatcher: Dispatcher
}

/** Holds new passwords against all rules that are configured. */
export function createPasswordChecks(
  { passwordMinLength, passwordMinScore, breachServer }: Config,
  brandWords: readonly string[],
  { estimateStrength, breachDispatcher }: PasswordTools,
  logger: Logger,
): CheckPolicy {
  return createPolicyCheck({
    policy: { minLength: passwordMinLength, isCommon: isCommonPassword },
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
  const thread: StrengthThread = createStrengthThread({
    script: new URL('../passwords/strength-worker.js', import.meta.url),
    startTimeoutMs: STRENGTH_START_TIMEOUT_MS,
    timeoutMs: STRENGTH_TIMEOUT_MS,
    maxWaitMs: STRENGTH_MAX_WAIT_MS,
    maxWaiting: STRENGTH_MAX_WAITING,
    idleMs: STRENGTH_IDLE_MS,
  })
  const breachDispatcher = createBreachDispatcher({}, BREACH_TIMEOUT_MS)
  return {
    estimateStrength: thread.estimateStrength,
    breachDispatcher,
    async close() {
      await Promise.all([thread.close(), breachDispatcher.close()])
    },
  }
}
