import { badWordsFor } from './bad-words.js'
import type { Mailbox } from './mailbox.js'
import { breachedRules, type PasswordPolicy, type PasswordReason } from './password-rules.js'
import type { EstimateStrength } from './password-strength.js'
import type { Secret } from './secret.js'

/**
 * Gives every rule that a new password breaks, none if it may be sent to the panel.
 *
 * @param current the mailbox's present password, where it is known
 */
export type JudgePassword = (
  mailbox: Mailbox,
  password: Secret,
  current: Secret | undefined,
) => Promise<readonly PasswordReason[]>

export interface JudgeParts {
  readonly policy: PasswordPolicy
  /** The least score that is taken; with 0 no strength is estimated. */
  readonly minScore: number
  /** Words of the operator's own, such as the service's name. */
  readonly brandWords: readonly string[]
  readonly estimateStrength: EstimateStrength
  /** Told of each rule that could not be held, with our own word why. */
  readonly report: (event: 'strength-not-estimated', reason: string) => void
}

/** Holds new passwords against the rules. */
export function createPasswordJudge(parts: JudgeParts): JudgePassword {
  const { policy, minScore, brandWords, report } = parts

  return async function judgePassword(mailbox, password, current) {
    return [
      ...breachedRules(policy, mailbox, password.reveal(), current?.reveal()),
      ...(minScore > 0 ? await findWeakness(mailbox, password) : []),
    ]
  }

  /** A password whose strength could not be estimated in time is not refused for it: its owner can do nothing about that. */
  async function findWeakness(mailbox: Mailbox, password: Secret): Promise<PasswordReason[]> {
    const estimate = await parts.estimateStrength(password, badWordsFor(mailbox, brandWords))
    if ('missing' in estimate) {
      report('strength-not-estimated', estimate.missing)
      return []
    }
    const { strength } = estimate
    return strength.score < minScore ? [{ code: 'too-weak', strength }] : []
  }
}
