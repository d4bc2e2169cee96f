import { type AccountRecord, createAccounts } from './accounts.js'
import { writeLoginFile } from './login-directory.js'
import { createMailDomains, createMoreDomains, type MailDomain } from './mail-domains.js'
import type { PanelRelease } from './releases.js'
import { type HashPassword, hashMailPassword } from './stored-hashes.js'
import { createSwitches, type Switches } from './switches.js'

/** A line of the panel's login log, which its fail2ban reads. */
export interface AuthLogEntry {
  readonly account: string
  readonly address: string
  readonly ok: boolean
}

/** A run of the change command, from reading the login file to the end of writing it. Times are by `performance.now()`. */
export interface ChangeRun {
  /** In the form in which it was created. */
  readonly domain: string
  readonly begunMs: number
  /** Infinity while it runs. */
  endedMs: number
}

/** Everything on the panel's disk. */
export interface PanelState {
  readonly release: PanelRelease
  readonly switches: Switches
  readonly accounts: Map<string, AccountRecord>
  /** In the order of the panel's search: by owner. */
  readonly domains: readonly MailDomain[]
  /** Files that a password starting with `/tmp/` can name, with their contents. */
  readonly files: Map<string, string>
  readonly authLog: AuthLogEntry[]
  /** In order of start. */
  readonly changeRuns: ChangeRun[]
  readonly hashPassword: HashPassword
  /** Updates a domain's login file for the mail server. */
  publishLogins(domain: MailDomain): void
}

export interface PanelStateOptions {
  /** Default: 1.10. */
  readonly release?: PanelRelease
  /** Default: with Node alone. */
  readonly hashPassword?: HashPassword
  /** Where to keep `<domain>/passwd` for a real mail server. Default: nowhere. */
  readonly loginDirectory?: string
  /** How many more domains alice has: `d0.example`, `d1.example` …, each with a mailbox `info`. */
  readonly moreDomains?: number
  /** How many more mailboxes each of these domains has: `box0`, `box1` …, with the password of `info`. */
  readonly moreMailboxes?: number
}

/** The state of a new panel, not shared with any other. */
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
