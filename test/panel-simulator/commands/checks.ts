import { isIP } from 'node:net'
import type { MailboxRecord, MailDomain } from '../state/mail-domains.js'
import type { PanelState } from '../state/panel-state.js'
import type { PanelRelease } from '../state/releases.js'
import { exitCodes, failed, type Outcome } from './outcome.js'

/** The outcome if a check fails. Checks are chained with `??` in the panel's order. */
type Check = Outcome | undefined

export function checkUserFormat(user: string): Check {
  return unless(user === '' || /^[a-z\d]([-._a-z\d]{0,28}[a-z\d])?$/i.test(user), 'user', user)
}

export function checkAddressFormat(address: string): Check {
  return unless(address === '' || isIP(address) > 0, 'IP', address)
}

export function checkDomainFormat(domain: string): Check {
  const refused = /[!|@#$^&*()+={}:,<>?_/\\"';%`\s]|\.\.|^\d+$|^www$/
  return unless(!refused.test(domain), 'domain', domain)
}

/** Up to 1.8, mailbox names had the format of account names. */
export function checkAccountFormat(account: string, release: PanelRelease): Check {
  const form = release === '1.8' ? /^[a-z\d]([-|._a-z\d]{0,62}[a-z\d])?$/i : /^([a-z\d]|[-._a-z\d]{2,64})$/i
  return unless(account === '' || form.test(account), 'account', account)
}

export function checkUserExists(panel: PanelState, user: string): Check {
  if (panel.accounts.has(user)) return undefined
  return failed(exitCodes.notFound, `user ${user} doesn't exist`)
}

export function checkUserActive(panel: PanelState, user: string): Check {
  if (!panel.accounts.get(user)?.suspended) return undefined
  return failed(exitCodes.suspended, `user ${user} is suspended`)
}

export function checkDomainExists(matches: readonly MailDomain[], domain: string): Check {
  if (matches.length > 0) return undefined
  return failed(exitCodes.notFound, `mail domain ${domain} doesn't exist`)
}

export function checkDomainActive(matches: readonly MailDomain[], domain: string): Check {
  if (!matches.some(({ suspended }) => suspended)) return undefined
  return failed(exitCodes.suspended, `mail ${domain} is suspended`)
}

export function checkMailboxExists(
  matches: readonly MailboxRecord[],
  domain: string,
  account: string,
): Check {
  if (matches.length > 0) return undefined
  return failed(exitCodes.notFound, `${domain} account ${account} doesn't exist`)
}

export function checkMailboxActive(
  matches: readonly MailboxRecord[],
  domain: string,
  account: string,
): Check {
  if (!matches.some(({ suspended }) => suspended)) return undefined
  return failed(exitCodes.suspended, `${domain} ${account} is suspended`)
}

function unless(valid: boolean, what: string, value: string): Check {
  return valid ? undefined : failed(exitCodes.invalid, `invalid ${what} format :: ${value}`)
}
