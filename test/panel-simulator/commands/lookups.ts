import { createLineMatcher } from '../hazards/basic-expression.js'
import type { MailboxRecord, MailDomain } from '../state/mail-domains.js'
import type { PanelState } from '../state/panel-state.js'
import { exitCodes, failed, type Outcome } from './outcome.js'

/** The panel searches with `grep "DOMAIN='NAME'"`, so a dot in the name matches any character. */
export function findDomains(panel: PanelState, domain: string, owner?: string): MailDomain[] {
  const matches = createLineMatcher(`DOMAIN='${domain}'`)
  return panel.domains.filter(
    ({ name, owner: its }) => matches(`DOMAIN='${name}'`) && (owner === undefined || its === owner),
  )
}

/**
 * The mailbox records of a domain. They are in a file named after the domain, so a dot is just a dot here. A missing file reads
 * as an empty one.
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

/** How mail commands normalize a domain, except the search for its owner. */
export function formatDomain(domain: string): string {
  return domain
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/^\.+|\.+$/g, '')
}

/**
 * Reads a record as a command does: it uses the last match. Since 1.10, several matches are an error, which quotes them all,
 * including the hashes (Hestia's `func/main.sh`, `parse_object_kv_list`).
 */
export function readOne(panel: PanelState, records: readonly MailboxRecord[]): MailboxRecord | Outcome {
  const last = records.at(-1)
  if (last && (records.length === 1 || panel.release !== '1.10')) return last
  return failed(exitCodes.invalid, `Invalid object format: ${records.map(renderRecord).join(' ')}`)
}

export function recordValues(record: MailboxRecord): Record<string, string> {
  const fields = renderRecord(record).matchAll(/(\w+)='([^']*)'/g)
  return Object.fromEntries([...fields].map(([, key, value]) => [key, value]))
}

function renderRecord({ account, hash, suspended, aliases = '' }: MailboxRecord): string {
  const isSuspended = suspended ? 'yes' : 'no'
  return `ACCOUNT='${account}' ALIAS='${aliases}' AUTOREPLY='no' FWD='' FWD_ONLY='' RATE_LIMIT='' MD5='${hash}' QUOTA='unlimited' U_DISK='0' SUSPENDED='${isSuspended}' TIME='10:00:00' DATE='2026-11-23'`
}
