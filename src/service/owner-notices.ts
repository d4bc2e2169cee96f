import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { DomainOwners } from '../core/domain-owners.js'
import { type Mailbox, parseMailbox } from '../core/mailbox.js'
import { isOutage } from '../core/outage.js'
import type { Panel } from '../core/panel-port.js'
import type { Mail, SendMail } from '../core/recovery/mail-port.js'
import { isOwnAddress } from '../core/recovery/own-address.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline, type Deadline } from '../lib/deadline.js'
import { describeError } from '../lib/describe-error.js'
import { FOLLOW_UP_MS } from './stop-times.js'

/** A change of the password, or of the recovery address. */
export type OwnerNotice = Extract<Mail, { account: string }>['kind']

/** Notifies owners of hosting accounts of changes to their mailboxes. */
export interface OwnerNotices {
  /** Finds the owner's address and sends the mail in the background. Never fails. */
  tell(kind: OwnerNotice, mailbox: string, clientAddress: string, requestId: string): void
  /** Waits a short time for running lookups. */
  close(): Promise<void>
}

interface OwnerNoticeParts {
  readonly owners: DomainOwners
  /** The panel for background work. */
  readonly backgroundPanel: (deadline: Deadline) => Panel
  readonly sendMail: SendMail
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
}

/** The time-out (ms) for finding the owner's address. */
const WORK_MS = 5 * 60_000

/** How many lookups may wait at once. If there are more, their owners get no mail. */
const MAX_UNDER_WAY = 100

export function createOwnerNotices(parts: OwnerNoticeParts): OwnerNotices {
  const { owners, sendMail, logger, names, clock } = parts
  const underWay = new Set<Promise<void>>()

  async function findAndTell(
    kind: OwnerNotice,
    mailbox: Mailbox,
    clientAddress: string,
    requestId: string,
  ): Promise<void> {
    const deadline = createDeadline(WORK_MS, clock)
    const panel = parts.backgroundPanel(deadline)
    const owner = await owners.find(mailbox, { clientAddress, deadline }, panel)
    if (!owner) return
    const account = await panel.lookUpAccount(owner.username)
    if (!account?.contact || (await isOwnAddress(account.contact, mailbox, owner, panel))) return
    const { contact: to, language } = account
    const about = { to, language, mailbox: mailbox.address, account: owner.username, clientAddress }
    sendMail({ ...about, kind }, requestId)
  }

  function reportFault(address: string, requestId: string, error: unknown): void {
    const line = { event: 'owner-not-told', requestId, mailbox: names.mailbox(address) }
    if (isOutage(error)) logger.warn({ ...line, reason: error.reason })
    else logger.error({ ...line, reason: 'internal-error', ...describeError(error) })
  }

  return {
    tell(kind, address, clientAddress, requestId) {
      const mailbox = parseMailbox(address)
      if (!mailbox || underWay.size >= MAX_UNDER_WAY) return
      const work = findAndTell(kind, mailbox, clientAddress, requestId)
        .catch((error: unknown) => reportFault(address, requestId, error))
        .finally(() => underWay.delete(work))
      underWay.add(work)
    },

    async close() {
      await Promise.race([Promise.all(underWay), clock.waitInBackground(FOLLOW_UP_MS)])
    },
  }
}
