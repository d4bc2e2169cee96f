import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, vi } from 'vitest'
import { parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { openFolderStore } from '../../src/store/folder-store.js'
import type { PanelSimulator } from '../panel-simulator/simulator.js'
import { type MailServer, startMailServer } from './mail-server.js'
import { type Running, requestChange, start, startPanel } from './process.js'
import { type RangeServer, startRangeServer } from './range-server.js'
import { RECOVERY_KEY, recoveryEnvironment } from './recovery.js'
import type { Relay } from './relay.js'
import { scratchFile, scratchFolder, simulatorEnvironment } from './service.js'
import { type SmtpServer, startSmtpServer } from './smtp-server.js'
import { byAccount, NEW_PASSWORD } from './submissions.js'
import { expectWhole, meetingsOf } from './truth.js'

/** How long (ms) to wait for the panel's response. */
const TIMEOUT_MS = 1000

/** How long (ms) the change sent before the kill takes: longer than a start, but within the time-out. */
const WORK_MS = 800

/** Long enough for a process to read its input and reach an invisible wait (for time, or its turn). */
const UNSEEN_MS = 100

/** The mailbox to change, and another one in its domain. */
export const MAILBOX = 'info@example.org'
const NEIGHBOUR = 'sales@example.org'

/** A second new password, different from `NEW_PASSWORD`. */
export const OTHER_PASSWORD = 'quite another new secret'

/** A process to kill, and its servers. */
export interface KillScene {
  readonly panel: PanelSimulator
  readonly smtp: SmtpServer
  readonly mailServer: MailServer
  readonly ranges: RangeServer
  /** Between the process and Redis, if it uses Redis. */
  readonly relay: Relay | undefined
  readonly service: Running
  /** The environment of the process. */
  readonly variables: Readonly<Record<string, string>>
  /** Waits until a process (by default the scene's) has made a change in another domain. */
  warmUp(service?: Running): Promise<void>
  /** Sends a change. Resolves when it was answered, or can't be any more. */
  ask(body?: object): Promise<void>
  /**
   * Sends a change and waits until its call of this command has arrived, which is held. Returns the function that releases the
   * call.
   */
  askUntil(call: string, body?: object, nth?: number): Promise<() => void>
  /** Waits until the panel has had this many calls of a command, and the process has read the responses. */
  answered(command: string, calls: number): Promise<void>
  /** Lets a held change run. It runs for `WORK_MS` from when this resolves. */
  run(release: () => void): Promise<void>
  /** Waits for an invisible wait of the process (for time, or its turn). */
  untilItWaits(): Promise<void>
  /** @param meanwhile what the panel does after the kill */
  killAndRestart(meanwhile?: () => unknown): Promise<void>
}

/** Returns additional variables for the process. */
export type KillEnvironment = (
  scene: Pick<KillScene, 'mailServer' | 'panel'>,
) => Record<string, string> | Promise<Record<string, string>>

/** A change from which a process learns that parallel commands are worth trying, and gets its first lock. */
const WARM_UP = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })

/** Starts a process with its own servers. */
export async function startKillScene(environment: KillEnvironment, relay?: Relay): Promise<KillScene> {
  const [panel, smtp, ranges] = await Promise.all([startPanel(), startSmtpServer(), startRangeServer()])
  const mailServer = await startMailServer({ accepts: panel.accepts })
  onTestFinished(() => mailServer.close())
  const variables = {
    ...simulatorEnvironment(panel),
    HESTIA_TIMEOUT_MS: String(TIMEOUT_MS),
    RUNTIME_DIRECTORY: scratchFolder({}),
    REKEY_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
    REKEY_MAIL_FROM: 'post@example.org',
    REKEY_BREACH_CHECK: 'online',
    REKEY_BREACH_URL: ranges.url,
    ...(await environment({ mailServer, panel })),
  }
  let service = start(variables)
  const heldCalls = (call: string, count: number) => Array.from({ length: count }, () => panel.hold(call))
  const scene: KillScene = {
    panel,
    smtp,
    mailServer,
    ranges,
    relay,
    variables,
    get service() {
      return service
    },
    async warmUp(which = service) {
      await which.logged('ready')
      expect((await requestChange(which, WARM_UP)).status).toBe(200)
    },
    async ask(body = byAccount()) {
      await requestChange(service, body).catch(() => undefined)
    },
    async askUntil(call, body, nth = 1) {
      const holds = heldCalls(call, nth)
      void scene.ask(body)
      for (const { arrived, release } of holds.slice(0, -1)) void arrived.then(release)
      await holds.at(-1)?.arrived
      return () => holds.at(-1)?.release()
    },
    async answered(command, calls) {
      await vi.waitUntil(() => panel.calls.filter((call) => call.command === command).length >= calls)
      await scene.untilItWaits()
    },
    async run(release) {
      const before = panel.changeRuns.length
      panel.delayMs = WORK_MS
      release()
      await vi.waitUntil(() => panel.changeRuns.length > before)
      panel.delayMs = 0
    },
    untilItWaits: () => setTimeout(UNSEEN_MS),
    async killAndRestart(meanwhile) {
      const closed = once(service.child, 'close')
      service.child.kill('SIGKILL')
      await closed
      await meanwhile?.()
      service = start(variables)
    },
  }
  return scene
}

/** Variables for checking mailbox passwords on the mail server. */
export function byMailServer({ mailServer }: Pick<KillScene, 'mailServer'>): Record<string, string> {
  return {
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: String(mailServer.url),
    REKEY_IMAP_CA_FILE: scratchFile(mailServer.certificate.certificate),
  }
}

/** Variables for a mailbox with a recovery address, stored in a folder, that stays valid after changes. */
export async function withAddress({ panel }: Pick<KillScene, 'panel'>): Promise<Record<string, string>> {
  const directory = scratchFolder({})
  chmodSync(directory, 0o700)
  const store = await openFolderStore(directory, { now: Date.now, report: () => undefined })
  const records = createAddressRecords(store, createRecordSeal(new Secret(RECOVERY_KEY)), () => undefined)
  const mailbox = parseMailbox(MAILBOX)
  if (!mailbox) throw new Error(`no mailbox: ${MAILBOX}`)
  const binding = records.bindingOf(new Secret(panel.mailbox(MAILBOX)?.hash ?? ''))
  const named = { id: 'an address', address: 'jane@example.net', language: 'en', setMs: 0, binding }
  await records.save(mailbox, { confirmed: { ...named, confirmedMs: 0 } })
  await store.close()
  return { ...recoveryEnvironment, REKEY_RECOVERY_KEY: RECOVERY_KEY, REKEY_DATA_DIR: directory }
}

/** Expects processes to change other mailboxes of the domain, without knowing that the panel may still be busy there. */
export async function expectNextChanges(services: readonly Running[]): Promise<void> {
  const answers = services.map(async (service, index) => {
    const more = { email: NEIGHBOUR, newPassword: `the next new secret ${index}` }
    return await (await requestChange(service, byAccount({}, more))).json()
  })
  expect(await Promise.all(answers)).toEqual(services.map(() => ({ code: 'changed' })))
}

/** Expects that no changes overlapped in a domain, and that the mailbox has the old password or one of the new ones. */
export async function expectOneOf(panel: PanelSimulator): Promise<void> {
  expect(meetingsOf(panel)).toEqual([])
  const passwords = ['info mail pw', NEW_PASSWORD, OTHER_PASSWORD]
  const accepted = await Promise.all(passwords.map((password) => panel.accepts(MAILBOX, password)))
  expect(accepted.filter((isAccepted) => isAccepted)).toHaveLength(1)
  for (const address of [MAILBOX, NEIGHBOUR]) expectWhole(panel, address)
}
