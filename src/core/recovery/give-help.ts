import type { Deadline } from '../../lib/deadline.js'
import type { Secret } from '../../lib/secret.js'
import type { DomainOwners } from '../domain-owners.js'
import type { Mailbox } from '../mailbox.js'
import type { Panel } from '../panel-port.js'
import type { UsableAddress } from './address-records.js'
import type { FindLinkState } from './find-binding.js'
import type { HelpLimits } from './help-limits.js'
import type { HelpRequest, HelpResult, SkipReason } from './help-request.js'
import type { SendMail } from './mail-port.js'
import { isOwnAddress } from './own-address.js'
import type { RecoveryLinks } from './recovery-links.js'

export interface HelpTools {
  /** Its commands come after all others. */
  readonly panel: Panel
  readonly deadline: Deadline
  readonly owners: DomainOwners
  readonly links: RecoveryLinks
  readonly findState: FindLinkState
  readonly limits: HelpLimits
  readonly sendMail: SendMail
  /** Rejects with `StoreUnavailable`. */
  findAddress(mailbox: Mailbox, storedHash: Secret): Promise<UsableAddress | undefined>
  /** The full URL for a link's secret part. */
  urlOf(link: Secret): Secret
  /** The page where owners make links, filled in for a mailbox. */
  ownerPageOf(mailbox: Mailbox): Secret
}

/** How long (ms) a mailed link is valid. */
const LINK_LIFETIME_MS = 30 * 60_000

/**
 * Helps a person who can't sign in: by mail to the owner of the hosting account, or by a link to the recovery address. The person
 * doesn't learn the result. The panel gets the same commands whether or not the mailbox exists. Rejects with an `Outage`.
 */
export function giveHelp(request: HelpRequest, tools: HelpTools): Promise<HelpResult> {
  return request.helper === 'administrator' ? tellOwner(request, tools) : sendLink(request, tools)
}

async function tellOwner(request: HelpRequest, tools: HelpTools): Promise<HelpResult> {
  const { mailbox, clientAddress, requestId } = request
  const { panel, sendMail } = tools
  const owner = await findOwner(request, tools)
  if (!owner) return skipped('no-mailbox')
  const { username, domainForm } = owner
  const exists = await panel.hasMailbox(username, domainForm, mailbox.localPart)
  const account = await panel.lookUpAccount(username)
  const { contact, language = '' } = account ?? {}
  const isOwn = contact !== undefined && (await isOwnAddress(contact, mailbox, owner, panel))
  if (!exists || !account) return skipped('no-mailbox')
  if (account.suspended) return skipped('account-suspended')
  if (account.administrator) return skipped('administrator')
  if (contact === undefined) return skipped('no-contact')
  if (isOwn) return skipped('own-address')
  const takeBack = await tools.limits.countMail(request, contact)
  if (!takeBack) return skipped('too-many-mails')
  const url = tools.ownerPageOf(mailbox)
  const about = { to: contact, language, mailbox: mailbox.address, clientAddress }
  sendMail({ ...about, kind: 'help-asked', url }, requestId, takeBack)
  return { result: 'mail-sent' }
}

async function sendLink(request: HelpRequest, tools: HelpTools): Promise<HelpResult> {
  const { mailbox, clientAddress, requestId } = request
  const { localPart } = mailbox
  const { panel, sendMail } = tools
  const owner = await findOwner(request, tools)
  if (!owner) return skipped('no-mailbox')
  const { username, domainForm } = owner
  const lookup = await panel.lookUpStoredHash(username, domainForm, localPart)
  if (lookup.found === 'none') return skipped('no-mailbox')
  const found = await tools.findAddress(mailbox, lookup.value)
  if (!found) return skipped('no-recovery-address')
  const { address, language, state } = found
  if (state === 'too-new') return skipped('address-too-new')
  if (await isOwnAddress(address, mailbox, owner, panel)) return skipped('own-address')
  const takeBack = await tools.limits.countMail(request)
  if (!takeBack) return skipped('too-many-mails')
  const about = { to: address, language, mailbox: mailbox.address, clientAddress }
  if (state === 'ended') {
    sendMail({ ...about, kind: 'recovery-ended' }, requestId, takeBack)
    return { result: 'mail-sent' }
  }
  const expiresMs = Math.floor((Date.now() + LINK_LIFETIME_MS) / 1000) * 1000
  const linkState = await tools.findState('address', owner, mailbox)
  const binding = { owner: username, domainForm, localPart, storedHash: lookup.value, state: linkState }
  const url = tools.urlOf(tools.links.make('address', binding, expiresMs))
  sendMail({ ...about, kind: 'recover', url, expiresMs }, requestId, takeBack)
  return { result: 'mail-sent' }
}

function findOwner({ mailbox, clientAddress }: HelpRequest, { owners, deadline, panel }: HelpTools) {
  return owners.find(mailbox, { clientAddress, deadline }, panel)
}

function skipped(reason: SkipReason): HelpResult {
  return { result: 'skipped', reason }
}
