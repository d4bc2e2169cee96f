import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { AttemptContext } from '../core/attempt-context.js'
import { type Mailbox, parseMailbox } from '../core/mailbox.js'
import { isOutage } from '../core/outage.js'
import type { AddressRecords } from '../core/recovery/address-records.js'
import { type ConfirmAddressDependencies, confirmAddress } from '../core/recovery/confirm-address.js'
import type { DurableStore } from '../core/recovery/durable-store.js'
import { createKeepAddress, type KeepAddress } from '../core/recovery/keep-address.js'
import type { Mail, SendMail } from '../core/recovery/mail-port.js'
import { invalidLink } from '../core/recovery/redeem-link.js'
import { removeAddress } from '../core/recovery/remove-address.js'
import { type SetAddressDependencies, setAddress } from '../core/recovery/set-address.js'
import { isPasswordOf } from '../hashes/hash-check.js'
import type { AddressActions } from '../http/submission/actions.js'
import type { AddressSubmission } from '../http/submission/parse-submission.js'
import type { Action, Caller } from '../http/submission/pipeline.js'
import type { Secret } from '../lib/secret.js'
import type { LimitAttempt } from '../limits/attempt-limits.js'
import type { ConfirmationLimits } from '../limits/confirmation-limits.js'
import { createAddressRecords } from '../recovery/address-records.js'
import { createAddressRemovals } from '../recovery/removals.js'
import { createRecordSeal } from '../recovery/sealed-records.js'
import { nameAttempt } from './change-action.js'
import type { EnterFor } from './enter-for.js'
import type { OwnerNotices } from './owner-notices.js'

export interface AddressParts {
  readonly recoveryStore: DurableStore
  readonly sendMail: SendMail
  readonly confirmationLimits: ConfirmationLimits
  readonly logger: Logger
  readonly names: LogNames
  readonly randomId: () => string
  /** Undefined if owners aren't notified. */
  readonly ownerNotices: OwnerNotices | undefined
}

interface ActionParts {
  readonly limitAttempt: LimitAttempt
  readonly enterFor: EnterFor
  readonly shared: Omit<
    SetAddressDependencies & ConfirmAddressDependencies,
    'enterPanel' | 'records' | 'isPasswordOf' | 'newId' | 'mayMail' | 'sendMail' | 'tellOwner'
  >
}

/** The recovery addresses of mailboxes. */
export interface RecoveryAddresses {
  readonly records: AddressRecords
  readonly keepAddress: KeepAddress
  /** Sends mail about a change to the mailbox's confirmed recovery address, in the background. Never fails. */
  tellChanged(mailbox: string, clientAddress: string, requestId: string): void
  actions(parts: ActionParts): AddressActions
}

const NOT_KEPT =
  'the recovery address no longer works, because its record could not be updated after the password change: the person must set it again'

const UNREADABLE =
  'the record of a recovery address can’t be decrypted: it is damaged, or REKEY_RECOVERY_KEY has changed'

export function createRecoveryAddresses(key: Secret, parts: AddressParts): RecoveryAddresses {
  const { recoveryStore, confirmationLimits, logger, names, randomId } = parts
  const seal = createRecordSeal(key)
  const removals = createAddressRemovals(key)

  function warn({ address }: Mailbox, line: { readonly event: string } & Record<string, string>): void {
    logger.warn({ ...line, mailbox: names.mailbox(address) })
  }

  const records = createAddressRecords(recoveryStore, seal, (mailbox) =>
    warn(mailbox, { event: 'recovery-address-unreadable', detail: UNREADABLE }),
  )

  async function mayMail(mailbox: Mailbox, address: string): Promise<boolean> {
    const limit = await confirmationLimits.countMail(mailbox, address)
    if (limit !== undefined) warn(mailbox, { event: 'recovery-mail-held', limit })
    return limit === undefined
  }

  const senderIn =
    ({ requestId }: AttemptContext) =>
    (mail: Mail): void =>
      parts.sendMail(mail, requestId)

  const notifiersIn = ({ clientAddress }: Caller, context: AttemptContext) => ({
    sendMail: senderIn(context),
    tellOwner: ({ address }: Mailbox): void =>
      parts.ownerNotices?.tell('address-changed-for-owner', address, clientAddress, context.requestId),
  })

  function actions({ limitAttempt, enterFor, shared }: ActionParts): AddressActions {
    const enterIn = (caller: Caller, mailbox: Mailbox, context: AttemptContext) =>
      enterFor({ ...caller, mailbox }, (entry) => context.commands.push(entry))

    return {
      set: withoutAfter(async (submission: AddressSubmission, caller, context) => {
        nameAttempt(context, submission)
        const attempt = { ...submission, ...caller }
        const dependencies = {
          ...shared,
          records,
          isPasswordOf,
          mayMail,
          newId: randomId,
          enterPanel: enterIn(caller, submission.mailbox, context),
          sendMail: senderIn(context),
        }
        return await limitAttempt(attempt, () => setAddress(attempt, dependencies))
      }),

      confirm: withoutAfter(async ({ recovery }, caller, context) => {
        context.proof = 'recovery'
        const link = shared.links.open(recovery.reveal())
        if (!link) return invalidLink
        context.mailbox = link.mailbox.address
        const enterPanel = enterIn(caller, link.mailbox, context)
        const dependencies = { ...shared, records, enterPanel, ...notifiersIn(caller, context) }
        return await confirmAddress({ ...caller, link }, dependencies)
      }),

      remove: withoutAfter(async ({ removal }, caller, context) => {
        context.proof = 'recovery'
        const opened = removals.open(removal)
        if (!opened) return { code: 'removal-expired' }
        context.mailbox = opened.mailbox.address
        const dependencies = { locks: shared.locks, records, ...notifiersIn(caller, context) }
        return await removeAddress({ ...caller, removal: opened }, dependencies)
      }),
    }
  }

  const keepAddress = createKeepAddress({
    records,
    removals,
    isPasswordOf,
    reportNotKept: (mailbox, reason) =>
      warn(mailbox, { event: 'recovery-address-not-kept', reason, detail: NOT_KEPT }),
  })
  async function findAndTell(mailbox: Mailbox, clientAddress: string, requestId: string): Promise<void> {
    const { confirmed } = await records.find(mailbox)
    if (!confirmed) return
    const { address: to, language } = confirmed
    const about = { to, language, mailbox: mailbox.address, clientAddress }
    parts.sendMail({ kind: 'changed-for-address', ...about }, requestId)
  }

  function tellChanged(address: string, clientAddress: string, requestId: string): void {
    const mailbox = parseMailbox(address)
    if (!mailbox) return
    findAndTell(mailbox, clientAddress, requestId).catch((error: unknown) => {
      const reason = isOutage(error) ? error.reason : 'internal-error'
      warn(mailbox, { event: 'recovery-address-not-told', requestId, reason })
    })
  }

  return { records, keepAddress, tellChanged, actions }
}

/** An action with nothing to do after its answer: mails have been queued before it. */
function withoutAfter<Value>(carryOut: Action<Value>['carryOut']): Action<Value> {
  return { carryOut, afterAnswer: () => undefined }
}
