import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../src/lib/clock.js'
import { simulatorCredentials } from './credentials/credentials.js'
import { createApi } from './server/api.js'
import { type Certificate, sharedCertificate } from './server/certificate.js'
import type { MachineName } from './server/command-costs.js'
import { createInterventions, type Fault, type Hold } from './server/faults.js'
import { createListener, type PanelCall } from './server/listener.js'
import { createWorkload } from './server/workload.js'
import type { AccountRecord } from './state/accounts.js'
import type { MailDomain } from './state/mail-domains.js'
import {
  type AuthLogEntry,
  type ChangeRun,
  createPanelState,
  type PanelState,
  type PanelStateOptions,
} from './state/panel-state.js'
import { panelReleases } from './state/releases.js'
import { acceptsMailPassword } from './state/stored-hashes.js'
import type { Switches } from './state/switches.js'

export type { ChangeRun, Fault, PanelCall }
export { panelReleases, simulatorCredentials }

export interface SimulatorOptions extends PanelStateOptions {
  /** Default: 0, any free port. */
  readonly port?: number
  /** How long each command takes, however many run at once. Default: 0. */
  readonly delayMs?: number
  /** Replaces `delayMs`: the panel's machine, on which each command has its own time and takes longer next to others. */
  readonly machine?: MachineName
  /** The clock for the commands. Default: the system's. */
  readonly clock?: Clock
  /** Default: one that all simulators of the process share. */
  readonly certificate?: Certificate
  readonly plainHttp?: boolean
}

/** A stateful simulation of the panel's API, including its bugs (docs/hestia.md). */
export interface PanelSimulator {
  /** Without a path and a slash at its end. The API is at `/api/`. */
  readonly url: string
  readonly certificate: Certificate
  readonly credentials: typeof simulatorCredentials
  /** In order of arrival, including refused calls. */
  readonly calls: PanelCall[]
  readonly authLog: AuthLogEntry[]
  /** Every change that started, in order of start. */
  readonly changeRuns: readonly ChangeRun[]
  /** How many requests had a wrong key. */
  readonly refusedKeys: number
  /** How many lines the panel's fail2ban would count for the caller. */
  readonly failedLogins: number
  /** The highest number of commands at the same time. */
  readonly maxConcurrent: number
  /** The total work of all calls, in ms on a single core. */
  readonly workMs: number
  /** Has no effect with a machine. */
  delayMs: number
  readonly files: Map<string, string>
  readonly switches: Switches
  /** All mailboxes, with the domains as they were created. */
  readonly addresses: readonly string[]
  /** @param address with the domain as it was created */
  mailbox(address: string): StoredMailbox | undefined
  /** Whether the password matches the panel's own record of the mailbox. */
  accepts(address: string, password: string): Promise<boolean>
  /** Sets a mailbox's stored hash, as if it was changed without Rekey (a new hash) or a backup was restored (an old one). */
  setStoredHash(address: string, hash: string): void
  deleteMailbox(address: string): void
  /** @param aliases local parts, separated by commas */
  setAliases(address: string, aliases: string): void
  addMailbox(address: string, hash: string): void
  /** The lines that the mail server reads for a domain. */
  loginFile(domain: string): string[]
  account(name: string): AccountRecord
  deleteAccount(name: string): void
  /** Gives a domain another owner, or recreates it with another form of its name. */
  moveDomain(domain: string, to: { owner?: string; name?: string }): void
  /**
   * Makes the next calls of a command fail. Several faults are used in order.
   *
   * @param call a command, or a command and its last argument, such as `v-list-user json`
   */
  failNext(call: string, fault: Fault, times?: number): void
  /** Makes the next such call wait. */
  hold(call: string): Hold
  /** Removes the faults and holds that no call has used yet. */
  clearFaults(): void
  /** Stops the server and breaks all connections. */
  close(): Promise<void>
}

/** A mailbox in the panel. */
interface StoredMailbox {
  /** With its scheme, as in Dovecot's files. */
  readonly hash: string
  /** Its lines in the login file. There should be exactly one. */
  readonly loginLines: string[]
}

export async function startPanelSimulator({
  port = 0,
  delayMs = 0,
  machine,
  clock = systemClock,
  certificate,
  plainHttp = false,
  ...stateOptions
}: SimulatorOptions = {}): Promise<PanelSimulator> {
  const panel = await createPanelState(stateOptions)
  const workload = createWorkload({ profile: machine, delayMs, clock })
  const api = createApi(panel, workload)
  const interventions = createInterventions()
  const calls: PanelCall[] = []
  const listener = createListener(api, interventions, calls)
  const served = certificate ?? (await sharedCertificate())
  const server = plainHttp
    ? createHttpServer(listener)
    : createHttpsServer({ cert: served.certificate, key: served.key }, listener)
  // As in the panel's web server, so that no idle connection closes in the middle of a test.
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `${plainHttp ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: served,
    credentials: simulatorCredentials,
    calls,
    authLog: panel.authLog,
    changeRuns: panel.changeRuns,
    get refusedKeys() {
      return api.refusedKeys
    },
    get failedLogins() {
      return api.failedLogins
    },
    get maxConcurrent() {
      return workload.maxConcurrent
    },
    get workMs() {
      return workload.workMs
    },
    get delayMs() {
      return workload.delayMs
    },
    set delayMs(value) {
      workload.delayMs = value
    },
    files: panel.files,
    switches: panel.switches,
    addresses: panel.domains.flatMap(({ name, mailboxes }) =>
      mailboxes.map((box) => `${box.account}@${name}`),
    ),
    mailbox: (address) => readMailbox(panel, address),
    async accepts(address, password) {
      const mailbox = readMailbox(panel, address)
      if (!mailbox) throw new Error(`the simulated panel has no mailbox ${address}`)
      return acceptsMailPassword(mailbox.hash, password)
    },
    setStoredHash(address, hash) {
      const { domain, mailbox } = findMailbox(panel, address)
      mailbox.hash = hash
      writeLoginFile(domain)
    },
    setAliases(address, aliases) {
      findMailbox(panel, address).mailbox.aliases = aliases
    },
    deleteMailbox(address) {
      const { domain, mailbox } = findMailbox(panel, address)
      domain.mailboxes = domain.mailboxes.filter((other) => other !== mailbox)
      writeLoginFile(domain)
    },
    addMailbox(address, hash) {
      const [account = '', name = ''] = address.split('@')
      const domain = findDomain(panel, name)
      domain.mailboxes = [...domain.mailboxes, { account, hash, suspended: false }]
      writeLoginFile(domain)
    },
    loginFile: (domain) => readLoginFile(panel, domain),
    account(name) {
      const account = panel.accounts.get(name)
      if (!account) throw new Error(`the simulated panel has no hosting account ${name}`)
      return account
    },
    deleteAccount: (name) => void panel.accounts.delete(name),
    moveDomain: (name, to) => void Object.assign(findDomain(panel, name), to),
    failNext: interventions.failNext,
    hold: interventions.hold,
    clearFaults: interventions.clear,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function findMailbox(panel: PanelState, address: string) {
  const [account, name = ''] = address.split('@')
  const domain = findDomain(panel, name)
  const mailbox = domain.mailboxes.find((candidate) => candidate.account === account)
  if (!mailbox) throw new Error(`the simulated panel has no mailbox ${address}`)
  return { domain, mailbox }
}

function writeLoginFile(domain: MailDomain): void {
  domain.loginFile = domain.mailboxes.map(({ account, hash }) => `${account}:${hash}`)
}

function readMailbox(panel: PanelState, address: string): StoredMailbox | undefined {
  const at = address.lastIndexOf('@')
  const account = address.slice(0, at)
  const domain = panel.domains.find(({ name }) => name === address.slice(at + 1))
  const mailbox = domain?.mailboxes.find((candidate) => candidate.account === account)
  if (!domain || !mailbox) return undefined
  const loginLines = domain.loginFile.filter((line) => line.startsWith(`${account}:`))
  return { hash: mailbox.hash, loginLines }
}

function readLoginFile(panel: PanelState, domain: string): string[] {
  return [...findDomain(panel, domain).loginFile]
}

function findDomain(panel: PanelState, domain: string): MailDomain {
  const found = panel.domains.find(({ name }) => name === domain)
  if (!found) throw new Error(`the simulated panel has no domain ${domain}`)
  return found
}
