import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { Config } from '../config/load.js'
import type { Redemption, Submission } from '../http/submission/parse-submission.js'
import type { Action } from '../http/submission/pipeline.js'
import type { Clock } from '../lib/clock.js'
import { composeNotification } from '../notification/compose.js'
import { createDelivery, type DeliveryEvent } from '../notification/delivery.js'
import { FOLLOW_UP_MS } from './stop-times.js'

/** Tells people by mail that the password of their mailbox was changed, where the operator wants it. */
export interface ChangeNotifications {
  readonly tell: Action<Submission | Redemption>['afterAnswer']
  /** Gives what is left a short time, and drops it then. */
  close(): Promise<void>
}

interface ChangeNotificationParts {
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  readonly randomId: () => string
}

const LEVELS = {
  'notification-sent': 'info',
  'notification-delayed': 'warn',
  'notification-dropped': 'error',
} as const

export function createChangeNotifications(
  { mail, brand }: Config,
  parts: ChangeNotificationParts,
): ChangeNotifications {
  if (!mail) return { tell: () => undefined, close: async () => undefined }
  const { logger, names, clock, randomId } = parts
  const { server, from } = mail
  const contact = brand.support.contact ?? brand.support.url
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  // The mail client is loaded only where it is used.
  const loaded = import('../notification/smtp-sender.js').then(({ createSmtpSender }) =>
    createSmtpSender(server),
  )
  const delivery = createDelivery(async (message, signal) => (await loaded)(message, signal), clock)

  return {
    tell(_submission, answer, messages, { requestId, clientAddress, mailbox }) {
      if (answer.code !== 'changed' || mailbox === undefined) return
      const time = new Date()
      const notification = composeNotification(messages.mail, messages.language, {
        mailbox,
        time,
        clientAddress,
        contact,
      })
      const message = {
        ...notification,
        from,
        to: mailbox,
        date: time,
        messageId: `<${randomId()}@${domain}>`,
      }
      delivery.add(message, (event: DeliveryEvent) => {
        logger[LEVELS[event.event]]({ ...event, requestId, mailbox: names.mailbox(mailbox) })
      })
    },
    close: () => delivery.close(FOLLOW_UP_MS),
  }
}
