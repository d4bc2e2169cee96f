import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { Config } from '../config/load.js'
import type { CountMail, SendMail } from '../core/recovery/mail-port.js'
import { lookUpLanguage } from '../languages/look-up-language.js'
import type { Clock } from '../lib/clock.js'
import { composeMail } from '../notification/compose.js'
import { createDelivery, type DeliveryEvent } from '../notification/delivery.js'
import { FOLLOW_UP_MS } from './stop-times.js'

/** Sends mail. Does nothing if no mail server is configured. */
export interface Mailer {
  readonly send: SendMail
  /** Waits a short time for the remaining mails, then drops them. */
  close(): Promise<void>
}

interface MailerParts {
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  readonly randomId: () => string
  readonly count: CountMail | undefined
}

const LEVELS = {
  'notification-sent': 'info',
  'notification-delayed': 'warn',
  'notification-dropped': 'error',
} as const

export function createMailer(
  { mail: settings, brand, catalogues, language: fallback }: Config,
  { logger, names, clock, randomId, count }: MailerParts,
): Mailer {
  if (!settings) return { send: () => undefined, close: async () => undefined }
  const { server, from } = settings
  const contact = brand.support.contact ?? brand.support.url
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  // The mail client is loaded only if it is needed.
  const loaded = import('../notification/smtp-sender.js').then(({ createSmtpSender }) =>
    createSmtpSender(server),
  )
  const delivery = createDelivery(async (message, signal) => (await loaded)(message, signal), clock)
  const tags = [...catalogues.keys()]

  return {
    send(mail, requestId, whenDropped) {
      const language = lookUpLanguage(mail.language, tags) ?? fallback
      const words = catalogues.get(language)?.mail
      if (!words) throw new Error('the configured language has no catalogue')
      const time = new Date()
      const message = {
        ...composeMail(mail, words, { language, time, contact }),
        from,
        to: mail.to,
        date: time,
        messageId: `<${randomId()}@${domain}>`,
      }
      delivery.add(message, (event: DeliveryEvent) => {
        const about = { kind: mail.kind, requestId, mailbox: names.mailbox(mail.mailbox) }
        logger[LEVELS[event.event]]({ ...event, ...about })
        if (event.event === 'notification-sent') count?.('sent')
        if (event.event !== 'notification-dropped') return
        count?.(event.reason)
        whenDropped?.()
      })
    },
    close: () => delivery.close(FOLLOW_UP_MS),
  }
}
