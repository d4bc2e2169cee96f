import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { Config } from '../config/load.js'
import type { AfterAnswer } from '../http/submission/pipeline.js'
import type { Clock } from '../lib/clock.js'
import { composeNote } from '../notification/compose.js'
import { createDelivery, type DeliveryEvent } from '../notification/delivery.js'

/** Tells people by mail that the password of their mailbox was changed, where the operator wants it. */
export interface ChangeNotes {
  readonly tell: AfterAnswer
  /** Gives what is left a short time, and drops it then. */
  close(): Promise<void>
}

interface ChangeNoteParts {
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  readonly randomId: () => string
}

/** How long a process that stops goes on trying. */
const GRACE_MS = 5000

const LEVELS = { 'mail-sent': 'info', 'mail-delayed': 'warn', 'mail-dropped': 'error' } as const

export function createChangeNotes({ mail, brand }: Config, parts: ChangeNoteParts): ChangeNotes {
  if (!mail) return { tell: () => undefined, close: async () => undefined }
  const { logger, names, clock, randomId } = parts
  const { server, from } = mail
  const contact = brand.support.contact ?? brand.support.url
  const domain = from.address.slice(from.address.indexOf('@') + 1)
  // The mail client is loaded only where it is used.
  const loaded = import('../notification/smtp-sender.js').then(({ createSmtpSender }) =>
    createSmtpSender(server),
  )
  const delivery = createDelivery(async (letter, signal) => (await loaded)(letter, signal), clock)

  return {
    tell({ requestId, mailbox, clientAddress }, answer, messages) {
      if (answer.code !== 'changed' || mailbox === undefined) return
      const time = new Date()
      const note = composeNote(messages.mail, messages.language, { mailbox, time, clientAddress, contact })
      const letter = { ...note, from, to: mailbox, date: time, messageId: `<${randomId()}@${domain}>` }
      delivery.add(letter, (event: DeliveryEvent) => {
        logger[LEVELS[event.event]]({ ...event, requestId, mailbox: names.mailbox(mailbox) })
      })
    },
    close: () => delivery.close(GRACE_MS),
  }
}
