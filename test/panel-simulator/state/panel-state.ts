import { type AccountRecord, createAccounts } from './accounts.js'
import { writeLoginFile } from './login-directory.js'
import { createMailDomains, createMoreDomains, type MailDomain } from './mail-domains.js'
import type { PanelRelease } from './releases.js'
import { type HashPassword, hashMailPassword } from './stored-hashes.js'
import { createSwitches, type Switches } from './switches.js'

/** A line of the panel's log of logins, which its fail2ban reads. */
export interface AuthLogEntry {
  readonly account: string
  readonly address: string
  readonly ok: boolean
}

/** A run of the change command, from when it read the login file to when it had written it; by `performance.now()`. */
export interface ChangeRun {
  /** In the form it was created in. */
  readonly domain: string
  readonly begunMs: number
  /** Infinity while it runs. */
  endedMs: number
}

/** What the panel has on its disk. */
export interface PanelState {
  readonly release: PanelRelease
  readonly switches: Switches
  readonly accounts: Map<string, AccountRecord>
  /** In the order in which the panel's search reads them: by owner. */
  readonly domains: readonly MailDomain[]
  /** Files that a password beginning with `/tmp/` may name, with their content. */
  readonly files: Map<string, string>
  readonly authLog: AuthLogEntry[]
  /** In the order of their starts. */
  readonly changeRuns: ChangeRun[]
  readonly hashPassword: HashPassword
  /** Lets the mail server see a domain's login file as it now is. */
  publishLogins(domain: MailDomain): void
}

export interface PanelStateOptions {
  /** 1.10 by default. */
  readonly release?: PanelRelease
  /** By default without any program beside Node. */
  readonly hashPassword?: HashPassword
  /** Where to keep `<domain>/passwd` for a real mail server; nowhere by default. */
  readonly loginDirectory?: string
  /** How many more domains alice has: `d0.example` and so on, each with a mailbox `info`. */
  readonly moreDomains?: number
  /** How many mailboxes each of these has besides: `box0` and so on, with the password of `info`. */
  readonly moreMailboxes?: number
}

/** The state of a fresh panel, shared with no other. */
export async function createPanelState({
  release = '1.10',
  hashPassword = hashMailPassword,
  loginDirectory,
  moreDomains = 0,
  moreMailboxes = 0,
}: PanelStateOptions): Promise<PanelState> {
  const domains = [
    ...(await createMailDomains(hashPassword)),
    ...(await createMoreDomains(moreDomains, moreMailboxes, hashPassword)),
  ]
  const publishLogins = (domain: MailDomain): void => {
    if (loginDirectory !== undefined) writeLoginFile(loginDirectory, domain)
  }
  domains.forEach(publishLogins)
  return {
    release,
    switches: createSwitches(),
    accounts: createAccounts(),
    domains,
    files: new Map(),
    authLog: [],
    changeRuns: [],
    hashPassword,
    publishLogins,
  }
}
