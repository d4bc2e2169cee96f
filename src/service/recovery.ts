import type { Config } from '../config/load.js'
import type { Answer } from '../core/answer.js'
import type { DomainOwner } from '../core/domain-owners.js'
import type { Mailbox } from '../core/mailbox.js'
import type { Panel } from '../core/panel-port.js'
import { findUsableAddress } from '../core/recovery/address-records.js'
import type { HelpLimits } from '../core/recovery/help-limits.js'
import { type CountHelpRequest, helpers } from '../core/recovery/help-request.js'
import type { KeepAddress } from '../core/recovery/keep-address.js'
import type { LinkMemory } from '../core/recovery/link-memory.js'
import { endLinks, type MakeLinkDependencies, makeLink } from '../core/recovery/make-link.js'
import type { LinkKind } from '../core/recovery/recovery-links.js'
import { invalidLink, type RedeemDependencies, redeemLink } from '../core/recovery/redeem-link.js'
import type { RecoveryActions } from '../http/submission/actions.js'
import type { OwnerSubmission, Redemption } from '../http/submission/parse-submission.js'
import type { Action, Caller } from '../http/submission/pipeline.js'
import type { Deadline } from '../lib/deadline.js'
import { Secret } from '../lib/secret.js'
import type { LimitAttempt } from '../limits/attempt-limits.js'
import type { Limiter } from '../limits/limiter.js'
import { createRecoveryLinks } from '../recovery/links.js'
import { nameAttempt } from './change-action.js'
import type { EnterFor } from './enter-for.js'
import { createHelp, type Help } from './help.js'
import { type AddressParts, createRecoveryAddresses, type RecoveryAddresses } from './recovery-addresses.js'

interface RecoveryParts extends AddressParts {
  readonly limitAttempt: LimitAttempt
  /** Counts the links of each hosting account. */
  readonly linkLimiter: Limiter
  readonly memory: LinkMemory
  readonly enterFor: EnterFor
  /** The panel for background work. */
  readonly backgroundPanel: (deadline: Deadline) => Panel
  readonly helpLimits: HelpLimits
  readonly countHelpRequest: CountHelpRequest | undefined
  readonly shared: Omit<MakeLinkDependencies & RedeemDependencies, 'enterPanel' | keyof OwnParts>
}

type OwnParts = Pick<
  MakeLinkDependencies & RedeemDependencies,
  'links' | 'memory' | 'findState' | 'keepAddress' | 'urlOf' | 'lifetimeMs' | 'countLink'
>

/** How people recover forgotten passwords. */
export interface Recovery extends RecoveryActions {
  readonly help: Help | undefined
  readonly redeem: Action<Redemption>['carryOut']
  /** Undefined if people can't set recovery addresses. */
  readonly tellChanged: RecoveryAddresses['tellChanged'] | undefined
  /** Undefined if people can't set recovery addresses. */
  readonly keepAddress: KeepAddress | undefined
}

export function createRecovery(
  config: NonNullable<Config['recovery']>,
  proofs: Config['proofs'],
  parts: RecoveryParts,
): Recovery {
  const { limitAttempt, linkLimiter, memory, enterFor, sendMail, logger, names } = parts
  const links = createRecoveryLinks(config.linkKeys)
  const addresses = config.addressKey && createRecoveryAddresses(config.addressKey, parts)

  /** The owner of the account can end links of every kind. A link for a recovery address also ends with the address. */
  async function findState(kind: LinkKind, { username }: DomainOwner, mailbox: Mailbox): Promise<string> {
    const lastEnd = await memory.lastEndOf(username)
    if (kind === 'owner' || !addresses) return lastEnd
    const { confirmed, pending } = await addresses.records.find(mailbox)
    const address = kind === 'address' ? confirmed : pending
    return `${lastEnd} ${address?.id ?? ''}`
  }

  const urlOf =
    (page: string) =>
    (link: Secret): Secret =>
      new Secret(`${config.publicUrl}${page}#${link.reveal()}`)

  const shared = {
    ...parts.shared,
    links,
    memory,
    findState,
    keepAddress: addresses?.keepAddress,
    urlOf: urlOf('recover'),
    lifetimeMs: config.linkLifetimeMs,
    async countLink(owner) {
      const { totalHits, leftMs } = await linkLimiter.hit(owner)
      return totalHits > linkLimiter.count ? linkLimiter.refusal(leftMs).answer : undefined
    },
  } satisfies Omit<MakeLinkDependencies & RedeemDependencies, 'enterPanel'>

  /** Notifies the mailbox of each link that was made for it. */
  const tellMailbox: Action<OwnerSubmission>['afterAnswer'] = (
    { mailbox },
    answer,
    { language },
    context,
  ) => {
    if (answer.code !== 'recovery-link-made') return
    const { address } = mailbox
    const { clientAddress, requestId } = context
    const { expiresMs } = answer
    sendMail(
      { kind: 'link-made', to: address, language, mailbox: address, clientAddress, expiresMs },
      requestId,
    )
  }

  function ownerAction(
    work: (attempt: OwnerSubmission & Caller, dependencies: MakeLinkDependencies) => Promise<Answer>,
  ): Action<OwnerSubmission> {
    return {
      carryOut(submission, caller, context) {
        nameAttempt(context, submission)
        const attempt = { ...submission, ...caller }
        const enterPanel = enterFor(attempt, (entry) => context.commands.push(entry))
        return limitAttempt(attempt, () => work(attempt, { ...shared, enterPanel }))
      },
      afterAnswer: tellMailbox,
    }
  }

  const offered = helpers.filter((helper) =>
    helper === 'administrator' ? config.asksAdministrator : addresses !== undefined,
  )
  const help =
    offered.length === 0
      ? undefined
      : createHelp({
          ...shared,
          offered,
          limits: parts.helpLimits,
          backgroundPanel: parts.backgroundPanel,
          sendMail,
          logger,
          names,
          random: Math.random,
          countRequest: parts.countHelpRequest,
          findAddress: async (mailbox, storedHash) =>
            addresses && (await findUsableAddress(mailbox, storedHash, Date.now(), addresses.records)),
          ownerPageOf: ({ address }) =>
            new Secret(`${config.publicUrl}link?${new URLSearchParams({ email: address })}`),
        })

  return {
    help,
    async redeem({ recovery, newPassword }, caller, context) {
      context.proof = 'recovery'
      const link = links.open(recovery.reveal())
      if (!link) return invalidLink
      context.mailbox = link.mailbox.address
      const enterPanel = enterFor({ ...caller, mailbox: link.mailbox }, (entry) =>
        context.commands.push(entry),
      )
      return await redeemLink({ ...caller, link, newPassword }, { ...shared, enterPanel })
    },
    ownerLinks: proofs.includes('account')
      ? { make: ownerAction(makeLink), end: ownerAction(endLinks) }
      : undefined,
    keepAddress: addresses?.keepAddress,
    tellChanged: addresses?.tellChanged,
    addresses: addresses?.actions({
      limitAttempt,
      enterFor,
      shared: { ...shared, confirmationUrlOf: urlOf('recovery-address/confirm') },
    }),
  }
}
