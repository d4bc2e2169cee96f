import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseMailbox } from '../../src/core/mailbox.js'
import { Secret } from '../../src/lib/secret.js'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { createAddressRecords } from '../../src/recovery/address-records.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { openFolderStore } from '../../src/store/folder-store.js'
import { startMailCatcher } from './demo-mails.js'
import { commandRangeMs, machineNames } from './server/command-costs.js'
import { panelReleases, simulatorCredentials, startPanelSimulator } from './simulator.js'

/** `npm run demo`: the built service with a panel simulator, to try by hand. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

const CREDENTIALS = [
  ['mailbox', 'info@example.org', '', 'info mail pw', 'changes'],
  ['mailbox', 'kontakt@bücher.example', '', 'kontakt mail pw', 'changes (an internationalised domain)'],
  ['mailbox', 'legacy@example.org', '', 'legacy mail pw', 'changes (an old MD5 hash)'],
  ['mailbox', 'paused@example.org', '', 'paused mail pw', 'the mailbox is suspended'],
  ['mailbox', 'john.doe@example.org', '', 'john.doe mail pw', 'the panel would damage john-doe'],
  ['mailbox', 'ann.lee@example.org', '', 'ann dot pw', 'the panel would damage ann-lee'],
  ['mailbox', 'solo.name@example.org', '', 'solo mail pw', 'changes (no other name is similar)'],
  ['account', 'sales@example.org', 'alice', 'alice panel pw', 'changes'],
  ['account', 'bob@bob.example.com', 'bob', 'bob panel pw', 'changes'],
  ['account', 'dave@dave.example', 'dave', 'dave panel pw', 'needs a one-time code (JBSWY3DPEHPK3PXP)'],
  ['account', 'info@example.org', 'admin', 'Adm1n-secret', 'administrators are refused'],
] as const

const release = readChoice('REKEY_DEMO_PANEL_RELEASE', panelReleases, '1.10')
const machine = readChoice('REKEY_DEMO_PANEL', machineNames, 'fast')
const directory = mkdtempSync(join(tmpdir(), 'rekey-demo-'))
const caFile = join(directory, 'panel.pem')
const panel = await startPanelSimulator({ release, machine })
// As `rekey setup` sets it.
panel.switches.permittedCommands = neededCommands(['mailbox', 'account', 'recovery', 'help', 'owner-notices'])
writeFileSync(caFile, panel.certificate.certificate)

const mails = await startMailCatcher()
const port = process.env.REKEY_PORT === '0' ? await findFreePort() : (process.env.REKEY_PORT ?? '8080')
const linkKey = randomBytes(32).toString('base64')
const recoveryKey = randomBytes(32).toString('base64')
await addRecoveryAddress('info@example.org', 'jane@example.net')

const service = spawn(process.execPath, [MAIN], {
  // Only the demo gets Ctrl+C, and forwards it once. A second signal would interrupt a change.
  detached: true,
  env: {
    ...foreignEnvironment(),
    HESTIA_URL: panel.url,
    HESTIA_ACCESS_KEY: simulatorCredentials.accessKey,
    HESTIA_SECRET_KEY: simulatorCredentials.secretKey,
    HESTIA_CA_FILE: caFile,
    REKEY_PORT: port,
    REKEY_PUBLIC_URL: `http://127.0.0.1:${port}/`,
    REKEY_LINK_KEY: linkKey,
    REKEY_RECOVERY_STORE: 'folder',
    REKEY_DATA_DIR: directory,
    REKEY_RECOVERY_ASK: 'true',
    REKEY_RECOVERY_KEY: recoveryKey,
    REKEY_SMTP_URL: mails.smtpUrl,
    REKEY_MAIL_FROM: 'Rekey’s demo <demo@rekey.example>',
    REKEY_NOTIFY_OWNER: 'true',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
})
// A terminal may send several signals.
const stop = (): void => void (service.killed || service.kill('SIGTERM'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
service.once('exit', async (code) => {
  rmSync(directory, { recursive: true })
  await mails.close()
  await panel.close()
  process.exitCode = code ?? 1
})
showWhatItWrites(service)

/** Exits if the variable has another value than the choices. */
function readChoice<Choice extends string>(
  variable: string,
  choices: readonly Choice[],
  byDefault: Choice,
): Choice {
  const wanted = process.env[variable] ?? byDefault
  const choice = choices.find((known) => known === wanted)
  if (choice !== undefined) return choice
  process.stderr.write(`${variable} must be one of ${choices.join(', ')}, not "${wanted}"\n`)
  process.exit(1)
}

/** The environment without settings for another Rekey. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env)
  return Object.fromEntries(entries.filter(([name]) => !/^(?:REKEY|HESTIA)_/.test(name)))
}

/** Adds an address that was confirmed a month ago, because a new address can't recover a mailbox for a day. */
async function addRecoveryAddress(of: string, address: string): Promise<void> {
  const mailbox = parseMailbox(of)
  const { hash } = panel.mailbox(of) ?? {}
  if (!mailbox || hash === undefined) throw new Error(`there is no mailbox ${of}`)
  const store = await openFolderStore(directory, { now: Date.now, report: () => undefined })
  const seal = createRecordSeal(new Secret(recoveryKey))
  const records = createAddressRecords(store, seal, () => undefined)
  const setMs = Date.now() - 30 * 86_400_000
  const binding = records.bindingOf(new Secret(hash))
  const confirmed = { id: 'demo', address, language: 'en', setMs, confirmedMs: setMs, binding }
  await records.save(mailbox, { confirmed })
  await store.close()
}

/** The configuration needs the port for links, before the service listens. */
async function findFreePort(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return String(port)
}

function showWhatItWrites({ stdout }: ChildProcess): void {
  if (!stdout) return
  createInterface({ input: stdout }).on('line', (line) => {
    process.stdout.write(`${line}\n`)
    const { event, address, port } = JSON.parse(line) as { event: string; address: string; port: number }
    if (event === 'listening') introduce(`http://${address.includes(':') ? `[${address}]` : address}:${port}`)
    if (event === 'listen-failed') {
      process.stderr.write(
        `\nPort ${port} is taken: choose another one, such as REKEY_PORT=8081 npm run demo\n`,
      )
    }
  })
}

function introduce(url: string): void {
  const header = ['proof', 'mailbox', 'account', 'password', 'what happens']
  const rows = [header, ...CREDENTIALS].map((row) => [...row])
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const table = rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  )
  const body = JSON.stringify({
    email: 'info@example.org',
    currentPassword: 'info mail pw',
    newPassword: 'a wholly new secret',
  })
  const range = commandRangeMs(machine)
    .map((ms) => (ms / 1000).toFixed(2))
    .join(' to ')
  process.stdout.write(`
Rekey is running with a simulator of Hestia ${release} at ${panel.url}, as on a ${machine} machine: a command takes
${range} s, or longer if others are running.

  The page:  ${url}/
  Its mail:  ${mails.url} (nothing is sent anywhere else)

Credentials to try, until you change them:

${table.join('\n')}

For a forgotten password, there are three ways:

  ${url}/link              the owner of the hosting account makes a link
  ${url}/help              the person asks the owner, or for a link to the recovery address
  ${url}/recovery-address  the person sets a recovery address, which can be used a day later

The mailbox info@example.org has the recovery address jane@example.net, which can be used now. Mails for people who
can't sign in take up to a minute.

From a program:

  curl -i ${url}/api/v1/password-changes -H 'content-type: application/json' -d '${body}'

Below is the service's log. Ctrl+C ends both.

`)
}
