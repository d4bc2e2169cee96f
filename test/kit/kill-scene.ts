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

/** How long (ms) an answer of the panel is waited for. */
const TIMEOUT_MS = 1000

/** How long (ms) a change takes that was sent before the kill: longer than a start, and within the time-out. */
const WORK_MS = 800

/** Long enough that a process has read what it was sent, and waits for what nobody sees: time, or its turn. */
const UNSEEN_MS = 100

/** The mailbox that is changed, and one beside it. */
export const MAILBOX = 'info@example.org'
const NEIGHBOUR = 'sales@example.org'

/** A new one beside `NEW_PASSWORD`. */
export const OTHER_PASSWORD = 'quite another new secret'

/** A process that is going to be killed, and what is around it. */
export interface KillScene {
  readonly panel: PanelSimulator
  readonly smtp: SmtpServer
  readonly mailServer: MailServer
  readonly ranges: RangeServer
  /** Between the process and its Redis, if it has one. */
  readonly relay: Relay | undefined
  readonly service: Running
  /** The environment of the process. */
  readonly variables: Readonly<Record<string, string>>
  /** Waits until a process has made a change of another domain, the scene's own unless told otherwise. */
  warmUp(service?: Running): Promise<void>
  /** Sends a change; resolves when it was answered, or can't be any more. */
  ask(body?: object): Promise<void>
  /** Sends a change and waits until its call of this command has arrived, which is held; gives what lets it go on. */
  askUntil(call: string, body?: object, nth?: number): Promise<() => void>
  /** Waits until the panel has so many calls of a command, and the process what they were answered. */
  answered(command: string, calls: number): Promise<void>
  /** Lets a change that has arrived run, for `WORK_MS` from when this resolves. */
  run(release: () => void): Promise<void>
  /** Nothing shows that a process waits for time, or for its turn. */
  untilItWaits(): Promise<void>
  /** @param meanwhile what the panel does after the kill */
  killAndRestart(meanwhile?: () => unknown): Promise<void>
}

/** Gives what a process is started with besides. */
export type KillEnvironment = (
  scene: Pick<KillScene, 'mailServer' | 'panel'>,
) => Record<string, string> | Promise<Record<string, string>>

/** By this one a process learns that two commands side by side are worth trying, and gets its first lock. */
const WARM_UP = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })

/** Starts a process before servers of its own. */
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

/** Variables with which mailbox passwords are checked at the mail server. */
export function byMailServer({ mailServer }: Pick<KillScene, 'mailServer'>): Record<string, string> {
  return {
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: String(mailServer.url),
    REKEY_IMAP_CA_FILE: scratchFile(mailServer.certificate.certificate),
  }
}

/** Variables with which the mailbox has a recovery address that outlasts changes, in a folder. */
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

/** Expects processes to change other mailboxes of the domain, without being told that the panel may be at work there. */
export async function expectNextChanges(services: readonly Running[]): Promise<void> {
  const answers = services.map(async (service, index) => {
    const more = { email: NEIGHBOUR, newPassword: `the next new secret ${index}` }
    return await (await requestChange(service, byAccount({}, more))).json()
  })
  expect(await Promise.all(answers)).toEqual(services.map(() => ({ code: 'changed' })))
}

/** Expects that no changes met in a domain, and that the mailbox opens with the old password or a new one that was asked for. */
export async function expectOneOf(panel: PanelSimulator): Promise<void> {
  expect(meetingsOf(panel)).toEqual([])
  const passwords = ['info mail pw', NEW_PASSWORD, OTHER_PASSWORD]
  const accepted = await Promise.all(passwords.map((password) => panel.accepts(MAILBOX, password)))
  expect(accepted.filter((isAccepted) => isAccepted)).toHaveLength(1)
  for (const address of [MAILBOX, NEIGHBOUR]) expectWhole(panel, address)
}
