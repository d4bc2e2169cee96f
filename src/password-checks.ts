import type { Logger } from 'pino'
import type { Config } from './config.js'
import { createPasswordJudge, type JudgePassword } from './core/password-judge.js'
import type { EstimateStrength } from './core/password-strength.js'
import { createCommonPasswords } from './passwords/common-passwords.js'
import { createStrengthThread } from './passwords/strength-thread.js'

/** The longest estimate takes a tenth of this on a machine that is not busy. */
const STRENGTH_TIMEOUT_MS = 1000
const STRENGTH_START_TIMEOUT_MS = 5000
const STRENGTH_MAX_QUEUE = 128
const STRENGTH_IDLE_MS = 60_000

/** What new passwords are held against outside of our own code. */
export interface PasswordTools {
  readonly estimateStrength: EstimateStrength
}

/** Holds new passwords against all rules that are configured. */
export function createPasswordChecks(
  { passwordMinLength, passwordMinScore }: Config,
  brandWords: readonly string[],
  { estimateStrength }: PasswordTools,
  logger: Logger,
): JudgePassword {
  return createPasswordJudge({
    policy: { minLength: passwordMinLength, isCommon: createCommonPasswords() },
    minScore: passwordMinScore,
    brandWords,
    estimateStrength,
    report: (event, reason) => logger.warn({ event, reason }),
  })
}

/** The tools of a process of its own. Nothing is started before the first password. */
export function createPasswordTools(): PasswordTools & { close(): Promise<void> } {
  return createStrengthThread({
    script: new URL('passwords/strength-worker.js', import.meta.url),
    startTimeoutMs: STRENGTH_START_TIMEOUT_MS,
    timeoutMs: STRENGTH_TIMEOUT_MS,
    maxQueue: STRENGTH_MAX_QUEUE,
    idleMs: STRENGTH_IDLE_MS,
  })
}
