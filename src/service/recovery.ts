import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { Config } from '../config/load.js'
import type { Answer } from '../core/answer.js'
import type { Attempt } from '../core/attempt.js'
import type { CommandRecord, Panel } from '../core/panel-port.js'
import type { HelpLimits } from '../core/recovery/help-limits.js'
import type { Helper } from '../core/recovery/help-request.js'
import type { LinkMemory } from '../core/recovery/link-memory.js'
import type { SendMail } from '../core/recovery/mail-port.js'
import { endLinks, type MakeLinkDependencies, makeLink } from '../core/recovery/make-link.js'
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
import { createHelp, type Help } from './help.js'

/** What a caller's commands of the panel go through. */
export type EnterFor = (
  attempt: Pick<Attempt, 'mailbox' | 'clientAddress' | 'deadline' | 'hungUp'>,
  record: (entry: CommandRecord) => void,
) => RedeemDependencies['enterPanel']

interface RecoveryParts {
  readonly limitAttempt: LimitAttempt
  /** Counts the links of each account. */
  readonly linkLimiter: Limiter
  readonly memory: LinkMemory
  readonly enterFor: EnterFor
  /** The panel for work that nobody waits for. */
  readonly backgroundPanel: (deadline: Deadline) => Panel
  readonly helpLimits: HelpLimits
  readonly sendMail: SendMail
  readonly logger: Logger
  readonly names: LogNames
  readonly shared: Omit<MakeLinkDependencies & RedeemDependencies, 'enterPanel' | keyof OwnParts>
}

type OwnParts = Pick<
  MakeLinkDependencies & RedeemDependencies,
  'links' | 'memory' | 'findState' | 'urlOf' | 'lifetimeMs' | 'countLink'
>

/** How people recover forgotten passwords. */
export interface Recovery extends RecoveryActions {
  readonly help: Help | undefined
  readonly redeem: Action<Redemption>['carryOut']
}

export function createRecovery(
  config: NonNullable<Config['recovery']>,
  proofs: Config['proofs'],
  parts: RecoveryParts,
): Recovery {
  const { limitAttempt, linkLimiter, memory, enterFor, sendMail, logger, names } = parts
  const links = createRecoveryLinks(config.linkKeys)
  const shared = {
    ...parts.shared,
    links,
    memory,
    findState: (_kind, owner) => memory.lastEndOf(owner.username),
    urlOf: (link) => new Secret(`${config.publicUrl}recover#${link.reveal()}`),
    lifetimeMs: config.linkLifetimeMs,
    async countLink(owner) {
      const { totalHits, leftMs } = await linkLimiter.hit(owner)
      return totalHits > linkLimiter.count ? linkLimiter.refusal(leftMs).answer : undefined
    },
  } satisfies Omit<MakeLinkDependencies & RedeemDependencies, 'enterPanel'>

  /** The mailbox is told of each link that was made for it. */
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

  const offered: Helper[] = config.asksAdministrator ? ['administrator'] : []
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
          findAddress: async () => undefined,
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
  }
}
