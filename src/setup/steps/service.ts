import { type Changes, demand, groupId } from '../changes.js'
import { type Host, readText } from '../host.js'
import { rootsOwn } from '../journal.js'
import { mergeSettings, parseSettings } from '../settings-file.js'
import { SetupFault } from '../setup-fault.js'
import type { Setup, Step } from '../step.js'
import { webmailOf } from '../webmail.js'

export const SETTINGS = '/etc/rekey/rekey.env'
export const SOCKET = '/run/rekey/rekey.sock'
export const SECRET_KEY = '/etc/rekey/secret-key'
export const RECOVERY_KEY = '/etc/rekey/recovery-key'

/** The values as the setup wrote them. If one differs in the settings, the administrator has changed it. */
const WRITTEN = '/etc/rekey/setup/settings.env'
const UNITS = ['rekey.socket', 'rekey.service'] as const

/** The files of the secrets that systemd passes to the service, by variable. */
const SECRETS = {
  HESTIA_SECRET_KEY: SECRET_KEY,
  REKEY_LINK_KEY: '/etc/rekey/link-key',
  REKEY_CLIENTS: '/etc/rekey/clients',
  REKEY_RECOVERY_KEY: RECOVERY_KEY,
} as const

type SecretName = keyof typeof SECRETS

/** The folder of the service's data: systemd's `StateDirectory`. */
export const DATA = '/var/lib/rekey'

const READY_WITHIN_MS = 60_000
const PAUSE_MS = 500

const HEADER = `# Written by \`rekey setup\`. You can change values and add others: the setup keeps your changes.
# docs/configuration.md describes every variable. After a change: systemctl restart rekey
`

/** Writes the settings and the secrets, and starts the service with them. */
export const service: Step = {
  name: 'service',
  title: 'The service',
  // A self-signed certificate is pinned, and the panel renews it now and then.
  isRefreshed: ({ survey }) => !survey.panel.server.isTrusted,
  async do(setup, changes) {
    const before = changes.lines.length
    const settings = await writeSettings(setup, changes)
    const secrets = await makeSecrets(setup, settings, changes)
    await writeDropIns(setup, secrets, changes)
    await start(setup, changes, changes.lines.length > before)
  },
  async apply(host, setup) {
    await demand(host, ['systemctl', 'daemon-reload'])
    if (setup) await waitUntilReady(setup)
    // With the earlier settings, if there are any.
    else await demand(host, ['systemctl', 'try-restart', 'rekey.service'])
  },
}

/** The service's environment with its secrets, for the doctor. Empty before the setup. */
export async function serviceEnvironment(host: Host): Promise<Record<string, string>> {
  const settings = await readText(host, SETTINGS)
  if (settings === undefined) return {}
  const environment: Record<string, string> = {
    STATE_DIRECTORY: DATA,
    ...parseSettings(settings),
  }
  for (const [name, path] of Object.entries(SECRETS)) {
    // An undo may have left this file although the service can't use it now.
    if (path === RECOVERY_KEY && !canRecover(environment)) continue
    if (await host.read(path)) environment[`${name}_FILE`] = path
  }
  return environment
}

/** @returns the new settings of the service */
async function writeSettings(setup: Setup, changes: Changes): Promise<Record<string, string>> {
  const { host } = setup
  const wanted = {
    ...panelSettings(setup.survey),
    HESTIA_ACCESS_KEY: (await setup.accessKey()) ?? '',
    // For the doctor. The service itself gets the socket from systemd.
    REKEY_HOST: `unix:${SOCKET}`,
    ...(setup.basePath && { REKEY_BASE_PATH: setup.basePath }),
    REKEY_TRUST_PROXY: '1',
    ...mailSettings(setup),
    ...webmailSettings(setup),
    ...pageSettings(setup),
  }
  const written = parseSettings((await readText(host, WRITTEN)) ?? '')
  const text = mergeSettings((await readText(host, SETTINGS)) ?? HEADER, wanted, written)
  await changes.file(SETTINGS, rootsOwn(text))
  await changes.file(WRITTEN, rootsOwn(mergeSettings('', wanted, {})))
  return parseSettings(text)
}

function panelSettings({ panel }: Setup['survey']): Record<string, string> {
  return {
    HESTIA_URL: panel.url,
    ...(panel.server.isTrusted ? {} : { HESTIA_CERT_SHA256: panel.server.fingerprint }),
  }
}

/** Dovecot answers a refused login after two seconds. A shorter refusal delay would reveal which mailboxes exist. */
function mailSettings({ choices, survey }: Pick<Setup, 'choices' | 'survey'>): Record<string, string> {
  return {
    ...(choices.proof === 'imap' && {
      REKEY_MAILBOX_CHECK: 'imap',
      REKEY_IMAP_URL: 'imap://127.0.0.1:143',
      REKEY_REFUSAL_DELAY_MS: '4000',
    }),
    ...(choices.sender !== undefined &&
      survey.hasExim && { REKEY_SMTP_URL: 'smtp://127.0.0.1:25', REKEY_MAIL_FROM: choices.sender }),
  }
}

function webmailSettings(setup: Setup): Record<string, string> {
  if (!webmailOf(setup).needsForms) return {}
  return { REKEY_WEBMAIL_ADDRESSES: setup.host.addresses().join(',') }
}

/** Recovery links begin with the page's address, and the store remembers which links were used. */
function pageSettings({ choices, door, basePath }: Setup): Record<string, string> {
  const name = choices.host ?? door?.name
  if (name === undefined) return {}
  return { REKEY_PUBLIC_URL: `https://${name}${basePath}/`, REKEY_RECOVERY_STORE: 'folder' }
}

/**
 * Makes the missing secrets.
 *
 * @returns the names of the service's secrets, without the panel's
 */
async function makeSecrets(
  setup: Setup,
  settings: Readonly<Record<string, string>>,
  changes: Changes,
): Promise<readonly SecretName[]> {
  const { host, tools } = setup
  const names: SecretName[] = ['REKEY_LINK_KEY']
  const makeKey = async (path: string, keptFor?: string): Promise<void> => {
    const key = (await readText(host, path)) ?? `${tools.random()}\n`
    await changes.file(path, rootsOwn(key), keptFor)
  }
  await makeKey(SECRETS.REKEY_LINK_KEY)
  if (canRecover(settings)) {
    // Without this key, the recovery addresses in `DATA` are lost.
    await makeKey(RECOVERY_KEY, DATA)
    names.push('REKEY_RECOVERY_KEY')
  }
  if (webmailOf(setup).roundcube === 'rekey') {
    const others = (await readText(host, SECRETS.REKEY_CLIENTS)) ?? ''
    const isThere = (await roundcubeToken(host)) !== undefined
    const clients = isThere ? others : `${others}roundcube=${tools.random()}\n`
    await changes.file(SECRETS.REKEY_CLIENTS, rootsOwn(clients))
    names.push('REKEY_CLIENTS')
  }
  return names
}

/** Whether the settings allow recovery addresses. If they don't, the service wouldn't start with `REKEY_RECOVERY_KEY`. */
function canRecover(settings: Readonly<Record<string, string>>): boolean {
  const { REKEY_PUBLIC_URL, REKEY_RECOVERY_STORE, REKEY_SMTP_URL, REKEY_PROOFS } = settings
  const isProvenByMailbox = REKEY_PROOFS?.includes('mailbox') ?? true
  return Boolean(REKEY_PUBLIC_URL && REKEY_RECOVERY_STORE && REKEY_SMTP_URL) && isProvenByMailbox
}

/** Roundcube's token; undefined before it is made. */
export async function roundcubeToken(host: Host): Promise<string | undefined> {
  return /^roundcube=(.+)$/m.exec((await readText(host, SECRETS.REKEY_CLIENTS)) ?? '')?.[1]
}

/** Writes drop-ins with this host's values for the package's units. */
async function writeDropIns(setup: Setup, names: readonly SecretName[], changes: Changes): Promise<void> {
  const { group } = setup.survey.web
  const credentials = names.map((name) => `LoadCredential=${name}:${SECRETS[name]}\n`)
  const folder = '/etc/systemd/system'
  await groupId(setup.host, group)
  for (const unit of UNITS) await changes.folder(`${folder}/${unit}.d`, 0o755)
  await changes.file(
    `${folder}/rekey.socket.d/web-server.conf`,
    rootsOwn(
      `# Only root and the web server's group can reach Rekey.\n[Socket]\nSocketGroup=${group}\n`,
      0o644,
    ),
  )
  await changes.file(
    `${folder}/rekey.service.d/secrets.conf`,
    rootsOwn(`[Service]\n${credentials.join('')}`, 0o644),
  )
}

/** @param isNew whether the configuration has changed */
async function start({ host, journal }: Setup, changes: Changes, isNew: boolean): Promise<void> {
  const isActive = async (unit: string) =>
    (await host.run(['systemctl', 'is-active', '--quiet', unit])).code === 0
  const isBegun = journal.steps.some(({ name, isDone }) => name === service.name && !isDone)
  const hasSocket = await isActive('rekey.socket')
  if (!isNew && !isBegun && hasSocket && (await isActive('rekey.service'))) return
  await changes.act({
    says: hasSocket ? 'restart the service' : 'start the service, now and at each boot',
    undo: { kind: 'command', undo: ['systemctl', 'disable', '--now', ...UNITS] },
    async run() {
      await demand(host, ['systemctl', 'daemon-reload'])
      await demand(host, ['systemctl', 'enable', ...UNITS])
      if (hasSocket) await demand(host, ['systemctl', 'restart', 'rekey.service'])
      else await demand(host, ['systemctl', 'start', ...UNITS])
    },
  })
}

async function waitUntilReady({ host, basePath, tools }: Setup): Promise<void> {
  const endMs = tools.clock.now() + READY_WITHIN_MS
  while (tools.clock.now() < endMs) {
    const answer = await host.get({ socket: SOCKET, path: `${basePath}/readyz` })
    if (answer?.status === 200) return
    // The service has checked and isn't ready. The doctor finds out why.
    if (answer?.status === 503 && !answer.body.includes('not-checked-yet')) break
    if (await hasFailed(host)) break
    await tools.clock.wait(PAUSE_MS)
  }
  const { text } = await tools.diagnose(await serviceEnvironment(host))
  const faults = text
    .split('\n')
    .filter((line, index, lines) => /^fault/.test(line) || /^fault/.test(lines[index - 1] ?? ''))
  throw new SetupFault(
    `the service isn’t ready. The doctor says:\n  ${faults.join('\n  ') || 'no fault in the settings; see the log with journalctl -u rekey'}`,
  )
}

/** Whether the service has ended with an error since its last start. */
async function hasFailed(host: Host): Promise<boolean> {
  const { output } = await host.run(['systemctl', 'show', '--property=Result', '--value', 'rekey.service'])
  return output.trim() !== 'success'
}
