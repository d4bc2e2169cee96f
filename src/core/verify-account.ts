import type { AccountRecords } from './account-records.js'
import type { Credentials, ProofAttempt } from './attempt.js'
import type { Mailbox } from './mailbox.js'
import { settleAll } from './outage.js'
import type { HostingAccount, Panel, PanelCommand, PanelVisit } from './panel-port.js'
import { panelWouldMisread } from './password/rules.js'
import { effectOf, invalidCredentials, refused, type Target, type Verification } from './verification.js'

type AccountCredentials = Extract<Credentials, { proof: 'account' }>

interface AccountRules {
  readonly panel: PanelVisit
  readonly accounts: AccountRecords
  readonly allowAdminAccounts: boolean
  /** When the attempt began, by the clock. */
  readonly begunMs: number
  /** Called when the password turns out to be right. */
  readonly onRight: () => void
}

/** The commands of a successful proof, in order. */
export function planAccountProof({ localPart }: Mailbox, { code }: AccountCredentials): PanelCommand[] {
  return [
    'check-account',
    'read-account',
    ...(code === undefined ? [] : (['check-code'] as const)),
    ...(localPart.includes('.') ? (['read-mailbox'] as const) : []),
  ]
}

/**
 * Checks the name and password of the hosting account that owns the mailbox, and everything that the panel's login page enforces
 * but its command doesn't (docs/hestia.md, hazard 7). A wrong password costs one command. If the panel has room, the others run
 * in parallel.
 */
export async function verifyAccount(
  { mailbox, clientAddress, deadline }: ProofAttempt,
  { username, password, code }: AccountCredentials,
  { panel, accounts, allowAdminAccounts, begunMs, onRight }: AccountRules,
): Promise<Verification> {
  if (panelWouldMisread(password.reveal())) return invalidCredentials
  const [domainForm = mailbox.domain] = mailbox.domainForms
  const target = { mailbox, owner: { username, domainForm } }
  const lookUpAccount = () => accounts.find(username, begunMs, deadline, panel)
  const lookUpSiblings = () => panel.hasSiblings(username, domainForm, mailbox.localPart)

  const [hasRoomForTwo, hasRoomForThree] = [panel.hasRoom(2), panel.hasRoom(3)]
  const checked = panel.isAccountPassword(username, password, clientAddress)
  const record = hasRoomForTwo ? lookUpAccount() : undefined
  const siblings = hasRoomForThree ? lookUpSiblings() : undefined
  await settleAll([checked, record, siblings])

  if (!(await checked)) return invalidCredentials
  onRight()
  const account = await (record ?? lookUpAccount())
  if (!account || !mayLogIn(account, clientAddress, allowAdminAccounts)) return invalidCredentials
  if (account.twoFactor && code === undefined) return refused({ code: 'code-required' })
  if (account.twoFactor && code && !(await panel.isTwoFactorCode(username, code))) return invalidCredentials
  if (account.suspended) return refused({ code: 'mailbox-suspended' })
  return await verifyTarget(target, await (siblings ?? lookUpSiblings()), panel)
}

/** Looks for the mailbox under the next form of its domain. */
export async function verifyNextForm({ mailbox, owner }: Target, panel: Panel): Promise<Verification> {
  const { domainForms, localPart } = mailbox
  const domainForm = domainForms[domainForms.indexOf(owner.domainForm) + 1]
  if (domainForm === undefined) return refused({ code: 'mailbox-not-found' })
  const { username } = owner
  const hasSiblings = await panel.hasSiblings(username, domainForm, localPart)
  return await verifyTarget({ mailbox, owner: { username, domainForm } }, hasSiblings, panel)
}

/** The change may still find that there is no such mailbox. */
async function verifyTarget(target: Target, hasSiblings: boolean, panel: Panel): Promise<Verification> {
  switch (await effectOf(target, hasSiblings, panel)) {
    case 'safe':
      return { passed: true, target }
    case 'ambiguous':
      return refused({ code: 'mailbox-ambiguous' })
    case 'absent':
      return await verifyNextForm(target, panel)
  }
}

function mayLogIn(account: HostingAccount, clientAddress: string, allowAdminAccounts: boolean): boolean {
  if (account.administrator && !allowAdminAccounts) return false
  if (account.loginDisabled) return false
  return account.allowedAddresses === undefined || account.allowedAddresses.includes(clientAddress)
}
