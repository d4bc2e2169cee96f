import type { Secret } from '../../lib/secret.js'
import type { Credentials } from '../attempt.js'
import type { Mailbox } from '../mailbox.js'
import { type BreachCheck, BreachCheckUnavailable } from './breach-check.js'
import { badWordsFor } from './context-words.js'
import { breachedRules, type KnownPasswords, type PasswordPolicy, type PasswordReason } from './rules.js'
import type { Estimate, EstimateStrength } from './strength.js'

/**
 * Returns every rule that a new password breaks; an empty list means that it may be sent to the panel. Skips the check for data
 * breaches if it breaks another rule. Rejects with `BreachCheckUnavailable` if that check is mandatory and fails, and with
 * `StrengthNotEstimated` if the strength is needed and can't be estimated in time.
 *
 * @param credentials the proof that was sent with the password, if this is for a change
 * @param clientAddress the person's, in the form of `parseClientAddress`
 * @param hungUp if aborted, the check stops and its reason is thrown
 */
export type CheckPolicy = (
  mailbox: Mailbox,
  password: Secret,
  credentials: Credentials | undefined,
  clientAddress: string,
  hungUp?: AbortSignal,
) => Promise<readonly PasswordReason[]>

export interface PolicyCheckParts {
  /** Its list of common passwords is used only if no strength is estimated. */
  readonly policy: PasswordPolicy
  /** The lowest accepted score. With 0, no strength is estimated. */
  readonly minScore: number
  /** The operator's words, such as the service's name. */
  readonly brandWords: readonly string[]
  readonly estimateStrength: EstimateStrength
  /** Undefined if data breaches aren't checked. */
  readonly breaches: { readonly isBreached: BreachCheck; readonly mustBeKnown: boolean } | undefined
  /** Called for each failed check for data breaches. */
  readonly report: (event: 'breach-check-failed', reason: string) => void
}

/** First the rules that need no other server, then data breaches. */
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
