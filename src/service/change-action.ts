import type { AttemptContext } from '../core/attempt-context.js'
import type { PasswordChange } from '../core/change-password.js'
import type { Redemption, Submission } from '../http/submission/parse-submission.js'
import type { Action } from '../http/submission/pipeline.js'
import type { LimitAttempt } from '../limits/attempt-limits.js'

interface ChangeActionParts {
  readonly limitAttempt: LimitAttempt
  readonly change: PasswordChange
  /** Undefined if recovery is off; then no submission is a redemption. */
  readonly redeem: Action<Redemption>['carryOut'] | undefined
  readonly afterAnswer: Action<Submission | Redemption>['afterAnswer']
}

/** Changes a password with a recovery link, or with a proof if no limit on refused credentials is reached. */
export function createChangeAction({
  limitAttempt,
  change,
  redeem,
  afterAnswer,
}: ChangeActionParts): Action<Submission | Redemption> {
  return {
    async carryOut(submission, caller, context) {
      if ('recovery' in submission) {
        return redeem ? await redeem(submission, caller, context) : { code: 'recovery-invalid' }
      }
      nameAttempt(context, submission)
      const attempt = { ...submission, ...caller }
      return await limitAttempt(attempt, () => change(attempt, (entry) => context.commands.push(entry)))
    },
    afterAnswer,
  }
}

/** Tells the audit line which mailbox and account the attempt is about. */
export function nameAttempt(
  context: AttemptContext,
  { mailbox, credentials }: Pick<Submission, 'mailbox' | 'credentials'>,
): void {
  context.proof = credentials.proof
  context.mailbox = mailbox.address
  if (credentials.proof === 'account') context.account = credentials.username
}
