import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { MailLogin } from '../core/mail-server-port.js'
import { type CountNewPassword, createNewPasswordChecks } from '../core/new-password-checks.js'
import type { Redemption, Submission } from '../http/submission/parse-submission.js'
import type { Action } from '../http/submission/pipeline.js'
import type { Clock } from '../lib/clock.js'
import { FOLLOW_UP_MS } from './stop-times.js'

/** Logs and counts whether the mail server accepts new passwords, if a mail server is configured. */
export interface NewPasswords {
  readonly check: Action<Submission | Redemption>['afterAnswer']
  /** Waits a short time for running checks, then ends them. */
  close(): Promise<void>
}

interface NewPasswordParts {
  /** Undefined if no mail server is configured. */
  readonly logIn: MailLogin | undefined
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  /** Absent if metrics are off. */
  readonly count: CountNewPassword | undefined
}

export function createNewPasswords({ logIn, logger, names, clock, count }: NewPasswordParts): NewPasswords {
  if (!logIn) return { check: () => undefined, close: async () => undefined }
  const checks = createNewPasswordChecks(logIn, clock)

  return {
    check({ newPassword }, answer, _messages, { requestId, clientAddress, mailbox }) {
      // A confirmed change has already been checked by a login.
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
