import type { PanelState } from '../state/panel-state.js'
import {
  checkAccountFormat,
  checkDomainExists,
  checkDomainFormat,
  checkMailboxExists,
  checkUserExists,
  checkUserFormat,
} from './checks.js'
import { findDomainFile, findDomains, findMailboxes, formatDomain, readOne, recordValues } from './lookups.js'
import { exitCodes, type Outcome, succeeded } from './outcome.js'

export function searchDomainOwner(panel: PanelState, args: readonly string[]): Outcome {
  const [domain = '', type = 'any'] = args
  const hit = type === 'web' || type === 'dns' ? undefined : findDomains(panel, domain)[0]
  return hit ? succeeded(hit.owner) : { code: exitCodes.notFound, output: '' }
}

export function getMailAccountValue(panel: PanelState, args: readonly string[]): Outcome {
  const [user = '', domainArgument = '', account = '', key = ''] = args
  const domain = formatDomain(domainArgument)
  const mailboxes = findMailboxes(findDomainFile(panel, user, domain), account)
  const refused =
    checkUserFormat(user) ??
    checkDomainFormat(domain) ??
    (panel.switches.lookupChecksName ? checkAccountFormat(account, panel.release) : undefined) ??
    checkUserExists(panel, user) ??
    checkDomainExists(findDomains(panel, domain, user), domain) ??
    checkMailboxExists(mailboxes, domain, account)
  if (refused) return refused
  const record = readOne(panel, mailboxes)
  return 'output' in record ? record : succeeded(recordValues(record)[key.toUpperCase()])
}
