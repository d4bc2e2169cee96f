import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { neededCommands } from '../../src/panel/needed-commands.js'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { startFullPort } from '../kit/full-port.js'
import { recoveryEnvironment } from '../kit/recovery.js'
import { dataFolder } from '../kit/service.js'
import { panelReleases, simulatorCredentials } from '../panel-simulator/simulator.js'

const NONE = { HESTIA_ACCESS_KEY: '', HESTIA_SECRET_KEY: '' }
const { apiKey, adminUser, adminPassword, accessKey, secretKey } = simulatorCredentials

it('the doctor makes all checks in order, and sends the panel each needed command and one more', async () => {
  const panel = await startScopedPanel()
  const { gist } = await diagnose(panel)
  expect(Object.entries(gist)).toEqual([
    ['configuration', 'ok'],
    ['name', 'ok'],
    ['connection', 'ok'],
    ['tls', 'ok'],
    ['api', 'ok'],
    ['address', 'ok'],
    ['key', 'ok'],
    ['permissions', 'ok'],
    ['key-scope', 'ok'],
    ['release', 'not-checked'],
    ['dotted-names', 'ok'],
    ['clock', 'ok'],
    ['store', 'ok'],
    ['recovery-store', 'ok'],
    ['mail-server', 'ok'],
    ['notifications', 'ok'],
    ['socket', 'ok'],
    ['proxy', 'proxy-not-trusted'],
  ])
  expect(panel.calls.map(({ command }) => command)).toEqual([
    ...neededCommands(['mailbox', 'account']),
    'v-list-access-key',
  ])
  expect(panel.failedLogins).toBe(1)
})

it('the doctor reports every fault of the configuration, and then checks nothing else', async () => {
  const panel = await startScopedPanel()
  const { gist, findings } = await diagnose(panel, { REKEY_PORT: 'x', HESTIA_API_KEY: 'canary' })
  expect(gist.configuration).toBe('configuration-wrong configuration-wrong')
  expect(findings.slice(2).every(({ status }) => status === 'not-checked')).toBe(true)
  expect(panel.calls).toEqual([])
})

it('the doctor reports an unknown name, and skips the checks after it', async () => {
  const panel = await startScopedPanel()
  const { gist, text } = await diagnose(panel, { HESTIA_URL: 'https://panel.invalid:8083' })
  expect(gist.name).toMatch(/^name-(?:unknown|not-resolved)$/)
  expect(gist.clock).toBe('not-checked')
  expect(text('connection')).toContain('fix the fault in "name" first')
})

it('the doctor reports a port that refuses connections', async () => {
  const panel = await startScopedPanel()
  await panel.close()
  expect((await diagnose(panel)).gist).toMatchObject({ name: 'ok', connection: 'connection-refused' })
})

it('the doctor reports a port that does not answer in time', async () => {
  const panel = await startScopedPanel()
  const url = `https://127.0.0.1:${await startFullPort()}`
  const { gist } = await diagnose(panel, { HESTIA_URL: url, HESTIA_TIMEOUT_MS: '100' })
  expect(gist).toMatchObject({ connection: 'connection-timed-out', tls: 'not-checked' })
})

it('the doctor reports an address that can’t be reached', async () => {
  const panel = await startScopedPanel()
  // Linux never connects to a broadcast address, whatever the host's networks are.
  const { gist, text } = await diagnose(panel, { HESTIA_URL: 'https://255.255.255.255:8083' })
  expect(gist).toMatchObject({ connection: 'connection-failed', tls: 'not-checked' })
  expect(text('connection')).toContain('can’t be reached (ENETUNREACH)')
})

it('the doctor reports a server that speaks no TLS, or says nothing', async () => {
  const plain = await startScopedPanel({ plainHttp: true })
  const url = plain.url.replace('http:', 'https:')
  expect((await diagnose(plain, { HESTIA_URL: url })).gist.tls).toBe('tls-failed')
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as { port: number }
  const environment = { HESTIA_URL: `https://127.0.0.1:${port}`, HESTIA_TIMEOUT_MS: '100' }
  const { gist, text } = await diagnose(plain, environment)
  expect(gist.tls).toBe('tls-failed')
  expect(text('tls')).toContain('ETIMEDOUT')
  expect((await diagnose(plain, { HESTIA_CA_FILE: '' })).gist).toMatchObject({ tls: 'ok', key: 'ok' })
})

it('about the panel’s API, the doctor says that it is off', async () => {
  const panel = await startScopedPanel()
  panel.switches.accessKeyApi = false
  expect((await diagnose(panel)).gist).toMatchObject({ api: 'api-disabled', address: 'not-checked' })
})

it('about the panel’s API, the doctor says that this host may not call it, and prints the host’s address', async () => {
  const panel = await startScopedPanel()
  panel.switches.addressAllowed = false
  const { gist, text } = await diagnose(panel)
  expect(gist).toMatchObject({ api: 'ok', address: 'address-not-allowed', key: 'not-checked' })
  expect(text('connection')).toContain('this host calls from 127.0.0.1')
})

it('about the panel’s API, the doctor says that the key is wrong, and sends it only once', async () => {
  const panel = await startScopedPanel()
  panel.switches.keyRevoked = true
  const { gist } = await diagnose(panel)
  expect(gist).toMatchObject({ address: 'ok', key: 'key-refused', permissions: 'not-checked', clock: 'ok' })
  expect(panel.calls).toHaveLength(1)
})

it('about the panel’s API, the doctor says that the name is not the administrator’s', async () => {
  const panel = await startScopedPanel()
  const environment = { ...NONE, HESTIA_ADMIN_USER: 'alice', HESTIA_ADMIN_PASSWORD: 'canary' }
  expect((await diagnose(panel, environment)).gist.key).toBe('not-administrator')
})

it('about the panel’s API, the doctor names the first missing permission, and tries no other, so the panel bans nobody', async () => {
  const panel = await startScopedPanel()
  const missing = ['v-get-mail-account-value', 'v-list-user']
  panel.switches.permittedCommands = neededCommands(['mailbox', 'account']).filter(
    (command) => !missing.includes(command),
  )
  const { gist, text } = await diagnose(panel)
  expect(gist).toMatchObject({ key: 'ok', permissions: 'permission-missing', 'key-scope': 'not-checked' })
  expect(text('permissions')).toContain('may not run v-get-mail-account-value (others weren’t tried')
  expect(panel.failedLogins).toBe(1)
})

it('about the panel’s API, the doctor names a missing permission for the very first command as well', async () => {
  const panel = await startScopedPanel()
  panel.switches.permittedCommands = []
  const { gist, text } = await diagnose(panel)
  expect(gist).toMatchObject({ key: 'ok', permissions: 'permission-missing' })
  expect(text('permissions')).toContain('may not run v-search-domain-owner (others weren’t tried')
})

it('about the panel’s API, the doctor names a missing permission that only recovery links need', async () => {
  const panel = await startScopedPanel()
  panel.switches.permittedCommands = neededCommands(['account'])
  const folder = { REKEY_DATA_DIR: dataFolder() }
  const environment = { ...recoveryEnvironment, ...folder, REKEY_PROOFS: 'account' }
  const { text } = await diagnose(panel, environment)
  expect(text('permissions')).toContain('may not run v-search-domain-owner')
})

it('about the panel’s API, the doctor says that another server answers', async () => {
  const panel = await startScopedPanel()
  panel.failNext('v-search-domain-owner', { kind: 'answer', run: false, status: 502, body: 'canary' })
  const { gist, text } = await diagnose(panel)
  expect(gist).toMatchObject({ api: 'panel-unexpected', key: 'not-checked' })
  expect(text('api')).toContain('not-the-panel-http-502')
})

it('about the panel’s API, the doctor says that an answer in between was missing or unreadable', async () => {
  const silent = await startScopedPanel()
  silent.failNext('v-check-user-2fa', { kind: 'silence', run: false })
  expect((await diagnose(silent, { HESTIA_TIMEOUT_MS: '500' })).gist.permissions).toBe('panel-unexpected')
  const strange = await startScopedPanel()
  strange.failNext('v-list-user', { kind: 'exit', run: false, code: 0 })
  expect((await diagnose(strange)).gist.permissions).toBe('panel-unexpected')
})

it.each([
  ['an access key without a profile', {}, 'key-may-do-more'],
  ['a legacy API key', { ...NONE, HESTIA_API_KEY: apiKey }, 'legacy-key'],
  [
    'an administrator’s password',
    { ...NONE, HESTIA_ADMIN_USER: adminUser, HESTIA_ADMIN_PASSWORD: adminPassword },
    'legacy-key',
  ],
  ['an access key, joined', { ...NONE, HESTIA_API_KEY: `${accessKey}:${secretKey}` }, 'key-may-do-more'],
])('a key that may do more than is needed gets a warning: %s', async (_kind, environment, code) => {
  const panel = await startScopedPanel()
  panel.switches.permittedCommands = undefined
  const { gist } = await diagnose(panel, environment)
  expect(gist).toMatchObject({ key: 'ok', permissions: 'ok', 'key-scope': code })
})

it.each(['mailbox', 'account'] as const)(
  'a key that may do more than is needed is found even if only proof by %s is in use',
  async (proof) => {
    const panel = await startScopedPanel()
    expect((await diagnose(panel, { REKEY_PROOFS: proof })).gist['key-scope']).toBe('key-may-do-more')
    const restricted = await startScopedPanel()
    restricted.switches.permittedCommands = neededCommands([proof])
    expect((await diagnose(restricted, { REKEY_PROOFS: proof })).gist['key-scope']).toBe('ok')
  },
)

it.each(panelReleases)(
  'the panel’s release is printed beside the tested ones, if the key may read it: %s',
  async (release) => {
    const panel = await startScopedPanel({ release })
    panel.switches.permittedCommands = undefined
    const { gist, text } = await diagnose(panel)
    expect(gist.release).toBe('ok')
    const [named = ''] = /Hestia [\d.]+/.exec(text('release')) ?? []
    expect(named).toMatch(new RegExp(`^Hestia ${release}\\.`))
    expect(text('release')).toContain('1.8.12, 1.9.4, 1.10.3')
  },
)

it('the panel’s release that accepts no patterns is reported, because mailboxes with a dot can’t be changed there', async () => {
  const panel = await startScopedPanel()
  panel.switches.lookupChecksName = true
  const { gist } = await diagnose(panel)
  expect(gist).toMatchObject({ permissions: 'ok', 'dotted-names': 'escaped-name-refused', clock: 'ok' })
})

it.each([
  [-120, 'clock-skew', /1(?:19|20|21) s ahead/],
  [120, 'clock-skew', /1(?:19|20|21) s behind/],
  [20, 'ok', /agrees/],
])('the clock of this host, %i s off the panel’s, is reported', async (offsetS, word, words) => {
  const panel = await startScopedPanel()
  const now = (): Date => new Date(Date.now() + offsetS * 1000)
  const { gist, text } = await diagnose(panel, {}, now)
  expect(gist.clock).toBe(word)
  expect(text('clock')).toMatch(words)
})
