import type { Attempt, Credentials } from './attempt.js'
import { inParallel } from './in-parallel.js'
import type { Mailbox } from './mailbox.js'
import type { HostingAccount, Panel } from './panel-port.js'
import { panelWouldMisread } from './password-rules.js'
import { invalidCredentials, refused, type Standing, standingOf, type Verification } from './verification.js'

type AccountCredentials = Extract<Credentials, { mode: 'account' }>

interface AccountRules {
  readonly panel: Panel
  readonly allowAdminAccounts: boolean
}

/**
 * Checks the name and password of the hosting account that owns the mailbox, and all that the panel's own login
 * page enforces and its command does not (panel README, hazard 7). The panel is asked everything side by side, so
 * a right and a wrong password cost the same calls.
 */
export async function verifyAccount(
  { mailbox, clientAddress }: Attempt,
  { username, password, code }: AccountCredentials,
  { panel, allowAdminAccounts }: AccountRules,
): Promise<Verification> {
  if (panelWouldMisread(password.reveal())) return invalidCredentials
  const [passwordRight, codeRight, account, found] = await inParallel([
    panel.isAccountPassword(username, password, clientAddress),
    code === undefined ? Promise.resolve(false) : panel.isTwoFactorCode(username, code),
    panel.lookUpAccount(username),
    findMailbox(panel, username, mailbox),
  ])

  if (!passwordRight || !account || !mayLogIn(account, clientAddress, allowAdminAccounts))
    return invalidCredentials
  if (account.twoFactor && code === undefined) return refused({ code: 'code-required' })
  if (account.twoFactor && !codeRight) return invalidCredentials
  if (account.suspended) return refused({ code: 'mailbox-suspended' })
  if (!found) return refused({ code: 'mailbox-not-found' })
  const { domainForm, standing } = found
  if (standing.is === 'ambiguous') {
    return refused({ code: 'mailbox-ambiguous', localParts: standing.localParts })
  }
  return { passed: true, target: { mailbox, owner: { username, domainForm } } }
}

function mayLogIn(account: HostingAccount, clientAddress: string, allowAdminAccounts: boolean): boolean {
  if (account.administrator && !allowAdminAccounts) return false
  if (account.loginDisabled) return false
  return account.allowedAddresses === undefined || account.allowedAddresses.includes(clientAddress)
}

async function findMailbox(
  panel: Panel,
  username: string,
  { domainForms, localPart }: Mailbox,
): Promise<{ domainForm: string; standing: Standing } | undefined> {
  for (const domainForm of domainForms) {
    const standing = standingOf(localPart, await panel.lookUpStoredName(username, domainForm, localPart))
    if (standing.is !== 'absent') return { domainForm, standing }
  }
  return undefined
}
