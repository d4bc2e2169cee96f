import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { requestChange, run, start, startPanel } from '../kit/process.js'
import { addressService } from '../kit/recovery.js'
import { dataFolder, simulatorEnvironment } from '../kit/service.js'
import { byAccount, byMailbox, NEW_PASSWORD } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { simulatorCredentials } from '../panel-simulator/simulator.js'

const least = { HESTIA_URL: 'https://panel.example:8083', HESTIA_API_KEY: 'canary-key' }

it('the program prints its version and its help', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, stdout: '0.2.0\n', stderr: '' })
  const help = await run(['--help'])
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('--check-config')
})

it('the program says how it is used when it is not understood', async () => {
  const { code, stderr } = await run(['--no-such-option'], least)
  expect(code).toBe(64)
  expect(stderr).toContain('Usage:')
})

it('the program does not start with a wrong configuration', async () => {
  expect(await run([], {})).toMatchObject({ code: 78, stdout: '' })
})

it('the program changes the key of recovery addresses, if it is given both', async () => {
  const keys = { REKEY_RECOVERY_KEY: 'n'.repeat(32), REKEY_RECOVERY_KEY_PREVIOUS: 'f'.repeat(32) }
  const { environment } = addressService(9, { REKEY_DATA_DIR: dataFolder() })
  const variables = { ...least, ...environment }
  expect(await run(['rotate-recovery-key'], variables)).toMatchObject({
    code: 78,
    stderr: expect.stringContaining('REKEY_RECOVERY_KEY_PREVIOUS must be set'),
  })
  expect(await run(['rotate-recovery-key'], { ...variables, ...keys })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Records encrypted with the new key: 0'),
  })
})

it('the program says so when its port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { code, stdout } = await run([], { ...least, REKEY_PORT: String(port) })
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ event: 'listen-failed', errorCode: 'EADDRINUSE', port })
})

it('the program serves, and says so, if its runtime directory can’t be written', async () => {
  const service = start({ ...least, RUNTIME_DIRECTORY: '/nowhere/at/all' })
  expect(await service.logged('runtime-directory-unusable')).toMatchObject({ level: 40, errorCode: 'ENOENT' })
  await service.logged('listening')
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
})

it('metrics are shown on their own address, until the process ends', async () => {
  const panel = await startPanel()
  const service = start({ ...simulatorEnvironment(panel), REKEY_METRICS_ADDRESS: '127.0.0.1:0' })
  await service.logged('ready')
  const { address, port } = await service.logged('metrics-listening')
  expect(address).toBe('127.0.0.1')
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toContain('\nrekey_ready 1\n')
  expect(text).toContain(`rekey_build_info{version="0.2.0",node="${process.version}"} 1`)
  service.child.kill('SIGTERM')
  const [code] = await once(service.child, 'close')
  expect(code).toBe(0)
  expect(service.lines.at(-1)).toMatchObject({ event: 'stopped' })
})

it('metrics are off unless an address is given', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  await service.logged('ready')
  expect(service.lines.filter(({ event }) => String(event).startsWith('metrics'))).toEqual([])
})

it.each(['REKEY_METRICS_ADDRESS', 'REKEY_PORT'])(
  'metrics end the process where %s is taken',
  async (taken) => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const addresses =
      taken === 'REKEY_PORT'
        ? { REKEY_PORT: `${port}`, REKEY_METRICS_ADDRESS: '127.0.0.1:0' }
        : { REKEY_PORT: '0', REKEY_METRICS_ADDRESS: `127.0.0.1:${port}` }
    const { code, stdout } = await run([], { ...least, ...addresses })
    expect(code).toBe(1)
    const last = stdout.trim().split('\n').at(-1) ?? ''
    const event = taken === 'REKEY_PORT' ? 'listen-failed' : 'metrics-listen-failed'
    expect(JSON.parse(last)).toMatchObject({ level: 60, event, port, errorCode: 'EADDRINUSE' })
  },
)

it('the running service tells another call of the program whether it is alive', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  const { port } = await service.logged('listening')
  const here = { ...simulatorEnvironment(panel), REKEY_PORT: String(port) }
  expect(await run(['--health'], here)).toEqual({ code: 0, stdout: '', stderr: '' })
  service.child.kill('SIGKILL')
  await once(service.child, 'close')
  expect(await run(['--health'], here)).toEqual({ code: 1, stdout: '', stderr: '' })
})

it('the running service says at its start what is wrong with the panel, and that its key is of a legacy kind', async () => {
  const panel = await startPanel()
  const { adminUser } = simulatorCredentials
  const service = start({
    HESTIA_URL: panel.url,
    HESTIA_CERT_SHA256: panel.certificate.fingerprint,
    HESTIA_ADMIN_USER: adminUser,
    HESTIA_ADMIN_PASSWORD: 'canary-wrong',
  })
  expect(await service.logged('not-ready')).toMatchObject({
    level: 50,
    faults: [{ code: 'key-refused' }],
  })
  expect(await service.logged('legacy-key')).toMatchObject({ level: 40, kind: 'admin-password' })
  // Only the readiness check called. The kind of the key is known without a call.
  expect(panel.calls).toHaveLength(1)
  expect(JSON.stringify(service.lines)).not.toContain('canary')
})

it('the running service verifies the panel’s certificate, whatever Node is told to let pass', async () => {
  const panel = await startPanel()
  const service = start({
    ...simulatorEnvironment(panel),
    HESTIA_CA_FILE: '',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  })
  expect(await service.logged('not-ready')).toMatchObject({ faults: [{ code: 'tls-refused' }] })
  expect(panel.calls).toEqual([])
})

it('the running service killed in the middle of a change leaves one that was made once, and a new one serves at once', async () => {
  const panel = await startPanel()
  const service = start(simulatorEnvironment(panel))
  await service.logged('ready')
  const hold = panel.hold(CHANGE)
  const request = requestChange(service, byAccount()).catch(() => 'no answer')
  await hold.arrived
  service.child.kill('SIGKILL')
  expect(await request).toBe('no answer')
  hold.release()
  await vi.waitUntil(() => panel.accepts('info@example.org', NEW_PASSWORD))
  expect(panel.mailbox('info@example.org')?.loginLines).toHaveLength(1)

  const next = start(simulatorEnvironment(panel))
  const response = await requestChange(
    next,
    byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another new secret' }),
  )
  expect(response.status).toBe(200)
  const changes = panel.calls.filter(({ command, args }) => command === CHANGE && args.length > 0)
  expect(changes).toHaveLength(2)
})
