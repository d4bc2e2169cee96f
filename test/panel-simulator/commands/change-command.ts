import { setImmediate } from 'node:timers/promises'
import { createLineMatcher } from '../hazards/basic-expression.js'
import { readPassword } from '../hazards/password-argument.js'
import type { MailboxRecord } from '../state/mail-domains.js'
import type { PanelState } from '../state/panel-state.js'
import {
  checkAccountFormat,
  checkDomainActive,
  checkDomainExists,
  checkDomainFormat,
  checkMailboxActive,
  checkMailboxExists,
  checkUserActive,
  checkUserExists,
  checkUserFormat,
} from './checks.js'
import { findDomainFile, findDomains, findMailboxes, formatDomain, readOne } from './lookups.js'
import { type Outcome, succeeded } from './outcome.js'

/**
 * Changes a mailbox's password, with all the damage that the panel does.
 *
 * @param workDone resolves when the command's time is over; it writes only then
 */
export async function changeMailAccountPassword(
  panel: PanelState,
  args: readonly string[],
  workDone: Promise<void>,
): Promise<Outcome> {
  const [user = '', domainArgument = '', account = '', password = ''] = args
  const domain = formatDomain(domainArgument)
  const domains = findDomains(panel, domain, user)
  const file = findDomainFile(panel, user, domain)
  const mailboxes = findMailboxes(file, account)
  const refused =
    checkUserFormat(user) ??
    checkDomainFormat(domain) ??
    checkAccountFormat(account, panel.release) ??
    checkUserExists(panel, user) ??
    checkUserActive(panel, user) ??
    checkDomainExists(domains, domain) ??
    checkDomainActive(domains, domain) ??
    checkMailboxExists(mailboxes, domain, account) ??
    checkMailboxActive(mailboxes, domain, account)
  if (refused) return refused

  // The login file is read here and written back later. What another change writes in between is lost.
  const run = { domain: file.name, begunMs: performance.now(), endedMs: Number.POSITIVE_INFINITY }
  panel.changeRuns.push(run)
  const linesBefore = file.loginFile
  const hash = await panel.hashPassword(readPassword(panel, password))
  const line = renderLoginLine(account, hash, readOne(panel, mailboxes))
  await workDone
  const deletes = createLineMatcher(`^${account}:`)
  file.loginFile = linesBefore.filter((before) => !deletes(before))
  await setImmediate()
  file.loginFile = [...file.loginFile, line]
  const mailbox = mailboxes.find((candidate) => candidate.account === account)
  if (mailbox) mailbox.hash = hash
  panel.publishLogins(file)
  run.endedMs = performance.now()
  return succeeded()
}

/** If the record can't be read, the panel's error text ends up in the line as the mailbox's quota. */
function renderLoginLine(account: string, hash: string, record: MailboxRecord | Outcome): string {
  const line = `${account}:${hash}`
  return 'output' in record ? `${line}:storage=${record.output}` : line
}
