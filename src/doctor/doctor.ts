import { randomUUID } from 'node:crypto'
import type { Environment } from '../config/environment.js'
import { type Config, loadConfig } from '../config/load.js'
import type { MailServer } from '../imap/session.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { SmtpServer } from '../notification/smtp-session.js'
import { createCommandRunner } from '../panel/command-runner.js'
import { createDispatcher } from '../panel/dispatcher.js'
import { createKeyExcessCheck } from '../panel/key-excess.js'
import { createKeyGuard } from '../panel/key-guard.js'
import { neededCommands } from '../panel/needed-commands.js'
import { probe } from '../panel/probe.js'
import { askRelease } from '../panel/release.js'
import { createTransport } from '../panel/transport.js'
import { createMemoryKeyCooldown } from '../store/memory-key-cooldown.js'
import type { RedisAddress } from '../store/redis-client.js'
import type { StoreState } from '../store/redis-health.js'
import { findClock } from './clock.js'
import { type Check, type Finding, fault, notChecked, ok } from './finding.js'
import { failedIn, inOrder } from './in-order.js'
import {
  findMailServer,
  findNotificationServer,
  findStore,
  type ProbeMailServer,
  type ProbeNotificationServer,
  type ProbeStore,
} from './other-servers.js'
import { connectionSteps } from './panel-connection.js'
import { keySteps, type PanelKey } from './panel-key.js'
import { examineProxySettings } from './proxy-settings.js'
import { findRecoveryStore } from './recovery-store.js'
import { findSocket } from './socket.js'

interface DoctorParts {
  readonly clock: Clock
  /** The time of day. */
  readonly now: () => Date
}

const MAIL_TIMEOUT_MS = 20_000

const CHECKS: readonly Check[] = [
  'name',
  'connection',
  'tls',
  'api',
  'address',
  'key',
  'permissions',
  'key-scope',
  'release',
  'dotted-names',
  'clock',
  'store',
  'recovery-store',
  'mail-server',
  'notifications',
  'socket',
  'proxy',
]

/** Checks the service that this environment configures, in order. It leaves no lasting changes. */
export async function examine(environment: Environment, parts: DoctorParts): Promise<readonly Finding[]> {
  const loaded = loadConfig(environment)
  if (loaded.ok) {
    const complete = ok('configuration', 'complete')
    return [
      complete,
      ...(await examinePanel(loaded.config, parts)),
      ...(await examineRest(loaded.config, parts)),
    ]
  }
  const fix = 'Correct the variable: docs/configuration.md describes it.'
  return [
    ...loaded.faults.map((found) => fault('configuration', 'configuration-wrong', found, fix)),
    ...CHECKS.map((check) => notChecked(check, 'fix the configuration first')),
  ]
}

async function examinePanel(config: Config, { clock, now }: DoctorParts): Promise<readonly Finding[]> {
  const { url, trust, timeoutMs } = config.panel
  const dispatcher = createDispatcher(url, trust, 1, timeoutMs)
  try {
    const reached = await inOrder(connectionSteps({ url, trust, timeoutMs, now }))
    const failed = failedIn(reached)
    const clockStep = {
      check: 'clock' as const,
      find: async () => [await findClock({ dispatcher, url, timeoutMs, now })],
    }
    const keyFindings = await inOrder(keySteps(createPanelKey(config, dispatcher, clock)), failed)
    return [...reached, ...keyFindings, ...(await inOrder([clockStep], failed))]
  } finally {
    await dispatcher.destroy()
  }
}

/** Runs panel commands as the service does, one at a time. Doesn't use a key again that the panel has refused. */
function createPanelKey(
  { panelUses, panel }: Config,
  dispatcher: ReturnType<typeof createDispatcher>,
  clock: Clock,
): PanelKey {
  const { url, credentials, timeoutMs } = panel
  const { run } = createCommandRunner({
    transport: createTransport(dispatcher, url),
    credentials,
    keyGuard: createKeyGuard(createMemoryKeyCooldown(clock), clock),
    maxConcurrency: 1,
    maxQueue: 0,
    timeoutMs,
    clock,
  })
  return {
    needed: neededCommands(panelUses),
    probe: (command) => probe(run, command, createDeadline(timeoutMs, clock)),
    askRelease: () => askRelease(run, createDeadline(timeoutMs, clock)),
    findExcess: createKeyExcessCheck(run, credentials, panelUses, timeoutMs, clock),
  }
}

/** Checks the other configured servers, and the settings for a proxy. */
async function examineRest(config: Config, { clock }: DoctorParts): Promise<readonly Finding[]> {
  const { redis, recoveryStore, mailServer, mail } = config
  return [
    await findStore(redis && createStoreProbe(redis, clock)),
    await findRecoveryStore({ recoveryStore, redis, clock }),
    await findMailServer(mailServer && createMailServerProbe(mailServer)),
    await findNotificationServer(mail && createNotificationProbe(mail.server, mail.from.address)),
    await findSocket(config),
    ...examineProxySettings(config),
  ]
}

function createNotificationProbe(server: SmtpServer, address: string): ProbeNotificationServer {
  return async () => (await import('../notification/smtp-sender.js')).probeSmtpServer(server, address)
}

function createStoreProbe(address: RedisAddress, clock: Clock): ProbeStore {
  return async function probeStore() {
    const { createRedisStore } = await import('../store/redis-store.js')
    let found: StoreState = { event: 'store-lost' }
    const report = (state: StoreState): void => {
      found = state
    }
    const store = await createRedisStore(address, { clock, randomId: randomUUID, report })
    await store.close()
    return found
  }
}

function createMailServerProbe(mailServer: MailServer): ProbeMailServer {
  return async function probeMailServer() {
    const { createImapProbe } = await import('../imap/imap-login.js')
    return (await createImapProbe({ ...mailServer, timeoutMs: MAIL_TIMEOUT_MS })())?.reason
  }
}
