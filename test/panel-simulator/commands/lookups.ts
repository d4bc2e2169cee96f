import { createLineMatcher } from '../hazards/basic-expression.js'
import type { MailboxRecord, MailDomain } from '../state/mail-domains.js'
import type { PanelState } from '../state/panel-state.js'
import { exitCodes, failed, type Outcome } from './outcome.js'

/** The panel searches by `grep "DOMAIN='NAME'"`, so a dot in the name asked for stands for any character. */
export function findDomains(panel: PanelState, domain: string, owner?: string): MailDomain[] {
  const matches = createLineMatcher(`DOMAIN='${domain}'`)
  return panel.domains.filter(
    ({ name, owner: its }) => matches(`DOMAIN='${name}'`) && (owner === undefined || its === owner),
  )
}

/**
 * The records of a domain's mailboxes are in a file named after the domain, so here a dot is only a dot; a file that
 * does not exist reads as an empty one.
 */
export function findDomainFile(panel: PanelState, owner: string, domain: string): MailDomain {
  return (
    panel.domains.find((candidate) => candidate.owner === owner && candidate.name === domain) ?? {
      owner,
      name: domain,
      suspended: false,
      mailboxes: [],
      loginFile: [],
    }
  )
}

/** The mailboxes whose records `grep "ACCOUNT='NAME'"` finds (Hestia's `func/main.sh`, `get_object_value`). */
export function findMailboxes(file: MailDomain, account: string): MailboxRecord[] {
  const matches = createLineMatcher(`ACCOUNT='${account}'`)
  return file.mailboxes.filter((candidate) => matches(renderRecord(candidate)))
}

/** The form in which the mail commands, other than the search for an owner, look a domain up. */
export function formatDomain(domain: string): string {
  return domain
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/^\.+|\.+$/g, '')
}

/**
 * The record that a command reads from those it found: the last one. Since 1.10 it can't read several, and ends with
 * all of them, hashes included (Hestia's `func/main.sh`, `parse_object_kv_list`).
 */
export function readOne(panel: PanelState, records: readonly MailboxRecord[]): MailboxRecord | Outcome {
  const last = records.at(-1)
  if (last && (records.length === 1 || panel.release !== '1.10')) return last
  return failed(exitCodes.invalid, `Invalid object format: ${records.map(renderRecord).join(' ')}`)
}

export function recordValues({
  account,
  hash,
  suspended,
  aliases = '',
}: MailboxRecord): Record<string, string> {
  return {
    ACCOUNT: account,
    ALIAS: aliases,
    AUTOREPLY: 'no',
    FWD: '',
    FWD_ONLY: '',
    RATE_LIMIT: '',
    MD5: hash,
    QUOTA: 'unlimited',
    U_DISK: '0',
    SUSPENDED: suspended ? 'yes' : 'no',
    TIME: '10:00:00',
    DATE: '2026-11-23',
  }
}

function renderRecord(record: MailboxRecord): string {
  return Object.entries(recordValues(record))
    .map(([key, value]) => `${key}='${value}'`)
    .join(' ')
}
