import type { Secret } from '../../lib/secret.js'
import type { Credentials } from '../attempt.js'
import type { Mailbox } from '../mailbox.js'
import { type BreachCheck, BreachCheckUnavailable } from './breach-check.js'
import { badWordsFor } from './context-words.js'
import { breachedRules, type KnownPasswords, type PasswordPolicy, type PasswordReason } from './rules.js'
import type { Estimate, EstimateStrength } from './strength.js'

/**
 * Gives every rule that a new password breaks, none if it may be sent to the panel. Where it breaks another, nobody is
 * asked whether it is known from a breach. Rejects with `BreachCheckUnavailable` if that had to be known and can't be told,
 * and with `StrengthNotEstimated` if its strength has to be known and can't be estimated in time.
 *
 * @param credentials what came along as proof of the right to the change, if there is a change
 * @param clientAddress the person's, in the form of `parseClientAddress`
 * @param hungUp if it is aborted, nothing more is asked and its reason is thrown
 */
export type CheckPolicy = (
  mailbox: Mailbox,
  password: Secret,
  credentials: Credentials | undefined,
  clientAddress: string,
  hungUp?: AbortSignal,
) => Promise<readonly PasswordReason[]>

export interface PolicyCheckParts {
  /** Its list of common passwords is asked only if no strength is estimated: an estimate tells the same. */
  readonly policy: PasswordPolicy
  /** The least score that is taken; with 0 no strength is estimated. */
  readonly minScore: number
  /** Words of the operator's own, such as the service's name. */
  readonly brandWords: readonly string[]
  readonly estimateStrength: EstimateStrength
  /** Undefined where nobody is asked about breaches. */
  readonly breaches: { readonly isBreached: BreachCheck; readonly mustBeKnown: boolean } | undefined
  /** Told of each question about breaches that had no answer, with our own word why. */
  readonly report: (event: 'breach-check-failed', reason: string) => void
}

/** Holds new passwords against the rules: those of this process first, and then the one that another server must be asked about. */
export function createPolicyCheck(parts: PolicyCheckParts): CheckPolicy {
  const { policy, minScore, brandWords, breaches, report } = parts

  return async function checkPolicy(mailbox, password, credentials, clientAddress, hungUp) {
    const estimateStrength = (): Promise<Estimate> =>
      parts.estimateStrength(password, badWordsFor(mailbox, brandWords), clientAddress, hungUp)
    const estimate = minScore > 0 ? await estimateStrength() : undefined
    const rules = estimate ? { ...policy, isCommon: () => estimate.isCommon } : policy
    const reasons = breachedRules(rules, mailbox, password.reveal(), knownFrom(credentials))
    if (estimate && estimate.score < minScore) reasons.push({ code: 'too-weak', strength: estimate })
    if (reasons.length > 0) return reasons
    hungUp?.throwIfAborted()
    return (await isBreached(password)) ? [{ code: 'breached' }] : []
  }

  async function isBreached(password: Secret): Promise<boolean> {
    if (!breaches) return false
    try {
      return await breaches.isBreached(password)
    } catch (error) {
      if (!(error instanceof BreachCheckUnavailable)) throw error
      report('breach-check-failed', error.reason)
      if (breaches.mustBeKnown) throw error
      return false
    }
  }
}

function knownFrom(credentials: Credentials | undefined): KnownPasswords {
  if (!credentials) return {}
  const password = credentials.password.reveal()
  return credentials.proof === 'mailbox' ? { current: password } : { account: password }
}
