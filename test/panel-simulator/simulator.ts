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
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** How long each command takes, however many run at once; 0 by default. */
  readonly delayMs?: number
  /** Instead: the machine that the panel runs on, which makes each command take its own time, and longer beside others. */
  readonly machine?: MachineName
  /** By which commands take their time; the system's by default. */
  readonly clock?: Clock
  /** By default one that all simulators of the process share. */
  readonly certificate?: Certificate
  readonly plainHttp?: boolean
}

/** A stateful stand-in for the panel's API, with the panel's hazards (docs/hestia.md). */
export interface PanelSimulator {
  /** Without a path and a final slash; the API is at `/api/`. */
  readonly url: string
  readonly certificate: Certificate
  readonly credentials: typeof simulatorCredentials
  /** In order of arrival, refused ones too. */
  readonly calls: PanelCall[]
  readonly authLog: AuthLogEntry[]
  /** Every change that was begun, in the order of their starts. */
  readonly changeRuns: readonly ChangeRun[]
  /** How many requests came with a wrong key. */
  readonly refusedKeys: number
  /** How many lines its fail2ban would count against the caller. */
  readonly failedLogins: number
  /** The highest number of commands that ran at once. */
  readonly maxConcurrent: number
  /** How much work its calls were, in ms on a core of its own. */
  readonly workMs: number
  /** Has no effect where there is a machine. */
  delayMs: number
  readonly files: Map<string, string>
  readonly switches: Switches
  /** Of every mailbox, its domain in the form it was created in. */
  readonly addresses: readonly string[]
  /** @param address its domain in the form it was created in */
  mailbox(address: string): StoredMailbox | undefined
  /** Whether the panel's own record of the mailbox accepts the password. */
  accepts(address: string, password: string): Promise<boolean>
  /** Sets a mailbox's stored hash: with a new one it is changed past us, with a former one a backup was restored. */
  setStoredHash(address: string, hash: string): void
  deleteMailbox(address: string): void
  /** @param aliases local parts, joined by commas */
  setAliases(address: string, aliases: string): void
  addMailbox(address: string, hash: string): void
  /** What the mail server reads for a domain. */
  loginFile(domain: string): string[]
  account(name: string): AccountRecord
  deleteAccount(name: string): void
  /** Gives a domain another owner, or creates it anew in another form. */
  moveDomain(domain: string, to: { owner?: string; name?: string }): void
  /**
   * Makes the next calls of a command fail; several faults queue up.
   *
   * @param call a command, or a command and its last argument, such as `v-list-user json`
   */
  failNext(call: string, fault: Fault, times?: number): void
  /** Makes the next such call wait. */
  hold(call: string): Hold
  /** Forgets the faults and holds that no call has met yet. */
  clearFaults(): void
  /** Stops the server and breaks all connections. */
  close(): Promise<void>
}

/** A mailbox as the panel has it. */
interface StoredMailbox {
  /** With its scheme, as in Dovecot's files. */
  readonly hash: string
  /** Its lines in the login file; one if all is well. */
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
  // As long as with the panel's web server, so that no idle connection ends in the middle of a test.
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
