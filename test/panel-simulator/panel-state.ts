import { type AccountRecord, createAccounts } from './accounts.js'
import { createMailDomains, type MailDomain } from './mail-domains.js'

/** A line of the panel's log of logins, which its fail2ban reads. */
export interface AuthLogEntry {
  readonly account: string
  readonly address: string
  readonly ok: boolean
}

/** What the panel has on its disk. */
export interface PanelState {
  readonly accounts: ReadonlyMap<string, AccountRecord>
  /** In the order in which the panel's search reads them: by owner. */
  readonly domains: readonly MailDomain[]
  /** Files that a password beginning with `/tmp/` may name, with their content. */
  readonly files: Map<string, string>
  readonly authLog: AuthLogEntry[]
}

/** The state of a fresh panel, shared with no other. */
export async function createPanelState(): Promise<PanelState> {
  return {
    accounts: createAccounts(),
    domains: await createMailDomains(),
    files: new Map(),
    authLog: [],
  }
}
