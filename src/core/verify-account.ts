import { inParallel } from '../lib/in-parallel.js'
import type { Attempt, Credentials } from './attempt.js'
import type { HostingAccount, Panel } from './panel-port.js'
import { panelWouldMisread } from './password/rules.js'
import { invalidCredentials, refused, standingOf, type Target, type Verification } from './verification.js'

type AccountCredentials = Extract<Credentials, { mode: 'account' }>

interface AccountRules {
  readonly panel: Panel
  readonly allowAdminAccounts: boolean
}

/**
 * Checks the name and password of the hosting account that owns the mailbox, and all that the panel's own login
 * page enforces and its command does not (docs/hestia.md, hazard 7). The panel is asked everything side by side, so
 * a right and a wrong password cost the same calls.
 */
export async function verifyAccount(
  { mailbox, clientAddress }: Attempt,
  { username, password, code }: AccountCredentials,
  { panel, allowAdminAccounts }: AccountRules,
): Promise<Verification> {
  if (panelWouldMisread(password.reveal())) return invalidCredentials
  const [domainForm = mailbox.domain] = mailbox.domainForms
  const target = { mailbox, owner: { username, domainForm } }
  const [passwordRight, codeRight, account, hasSiblings] = await inParallel([
    panel.isAccountPassword(username, password, clientAddress),
    code === undefined ? Promise.resolve(false) : panel.isTwoFactorCode(username, code),
    panel.lookUpAccount(username),
    panel.hasSiblings(username, domainForm, mailbox.localPart),
  ])

  if (!passwordRight || !account || !mayLogIn(account, clientAddress, allowAdminAccounts))
    return invalidCredentials
  if (account.twoFactor && code === undefined) return refused({ code: 'code-required' })
  if (account.twoFactor && !codeRight) return invalidCredentials
  if (account.suspended) return refused({ code: 'mailbox-suspended' })
  return await verifyTarget(target, hasSiblings, panel)
}

/** The same account's mailbox under the next form of its domain, where it is not under the one that was tried. */
export async function verifyNextForm({ mailbox, owner }: Target, panel: Panel): Promise<Verification> {
  const { domainForms, localPart } = mailbox
  const domainForm = domainForms[domainForms.indexOf(owner.domainForm) + 1]
  if (domainForm === undefined) return refused({ code: 'mailbox-not-found' })
  const { username } = owner
  const hasSiblings = await panel.hasSiblings(username, domainForm, localPart)
  return await verifyTarget({ mailbox, owner: { username, domainForm } }, hasSiblings, panel)
}

/** Passes where a change does no harm: the change itself may then find that there is no such mailbox. */
async function verifyTarget(target: Target, hasSiblings: boolean, panel: Panel): Promise<Verification> {
  switch (await standingOf(target, hasSiblings, panel)) {
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
