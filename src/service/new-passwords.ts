import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { MailLogin } from '../core/mail-server-port.js'
import { type CountNewPassword, createNewPasswordChecks } from '../core/new-password-checks.js'
import type { Redemption, Submission } from '../http/submission/parse-submission.js'
import type { Action } from '../http/submission/pipeline.js'
import type { Clock } from '../lib/clock.js'
import { FOLLOW_UP_MS } from './stop-times.js'

/** Tells the log and the metrics whether new passwords open their mailboxes, if a mail server can be asked. */
export interface NewPasswords {
  readonly check: Action<Submission | Redemption>['afterAnswer']
  /** Gives the checks under way a short time, and ends them then. */
  close(): Promise<void>
}

interface NewPasswordParts {
  /** Undefined if no mail server can be asked. */
  readonly logIn: MailLogin | undefined
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  /** Absent if nothing is measured. */
  readonly count: CountNewPassword | undefined
}

export function createNewPasswords({ logIn, logger, names, clock, count }: NewPasswordParts): NewPasswords {
  if (!logIn) return { check: () => undefined, close: async () => undefined }
  const checks = createNewPasswordChecks(logIn, clock)

  return {
    check({ newPassword }, answer, _messages, { requestId, clientAddress, mailbox }) {
      // A change that was confirmed was seen by a login.
      if (answer.code !== 'changed' || answer.evidence !== 'answered' || mailbox === undefined) return
      checks.begin({ mailbox, newPassword, clientAddress }, (state) => {
        count?.(state.result)
        const line = { requestId, mailbox: names.mailbox(mailbox) }
        if (state.result === 'refused') logger.error({ event: 'new-password-refused', ...line })
        if (state.result === 'unknown') {
          logger.warn({ event: 'new-password-unchecked', reason: state.reason, ...line })
        }
      })
    },
    close: () => checks.close(FOLLOW_UP_MS),
  }
}
