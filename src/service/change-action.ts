import type { AttemptContext } from '../core/attempt-context.js'
import type { PasswordChange } from '../core/change-password.js'
import type { Submission } from '../http/submission/parse-submission.js'
import type { Action } from '../http/submission/pipeline.js'
import type { LimitAttempt } from '../limits/attempt-limits.js'

interface ChangeActionParts {
  readonly limitAttempt: LimitAttempt
  readonly change: PasswordChange
  readonly afterAnswer: Action<Submission>['afterAnswer']
}

/** Changes a password, if no limit on refused credentials is reached. */
export function createChangeAction({
  limitAttempt,
  change,
  afterAnswer,
}: ChangeActionParts): Action<Submission> {
  return {
    carryOut(submission, caller, context) {
      nameAttempt(context, submission)
      const attempt = { ...submission, ...caller }
      return limitAttempt(attempt, () => change(attempt, (entry) => context.commands.push(entry)))
    },
    afterAnswer,
  }
}

/** Lets the audit line say whom the attempt is about. */
function nameAttempt(context: AttemptContext, { mailbox, credentials }: Submission): void {
  context.proof = credentials.proof
  context.mailbox = mailbox.address
  if (credentials.proof === 'account') context.account = credentials.username
}
