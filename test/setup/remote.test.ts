import { expect, it } from 'vitest'
import { type SetupTask, setUp } from '../../src/setup/setup.js'
import { createSetupHost, type SetupHost, setupParts, trusted } from '../kit/setup-host.js'

const ID = 'A'.repeat(20)
const SECRET = 's'.repeat(40)

type Task = Extract<SetupTask, { does: 'set-up-remotely' }>

async function setUpOn(host: SetupHost, answers: readonly string[], task: Partial<Task> = {}) {
  const { parts, ...heard } = setupParts(host, answers)
  const isSetUp = await setUp(
    {
      does: 'set-up-remotely',
      isDry: false,
      panel: { name: 'panel.example.com', port: 8083 },
      address: undefined,
      profile: undefined,
      ...task,
    },
    parts,
  )
  return { isSetUp, ...heard }
}

/** A host without a panel, which can reach one. */
function createOtherHost(isTrusted = true): SetupHost {
  const host = createSetupHost()
  for (const path of Object.keys(host.state())) {
    if (/^\/(?:home|usr\/local\/hestia|var|etc\/roundcube)\//.test(path)) host.drop(path)
  }
  host.tls.set('panel.example.com:8083', { ...trusted, isTrusted })
  return host
}

it('the setup for a panel elsewhere hands over the panel’s half, asks for the key, and starts the service', async () => {
  const host = createOtherHost()
  const { isSetUp, handedOver, text } = await setUpOn(host, [ID, SECRET])
  expect(isSetUp).toBe(true)
  expect(handedOver.join()).toContain("address='192.0.2.9'")
  const state = host.state()
  expect(state['/etc/rekey/rekey.env']).toContain(
    `HESTIA_URL=https://panel.example.com:8083\nHESTIA_ACCESS_KEY=${ID}\nREKEY_HOST=unix:/run/rekey/rekey.sock\nREKEY_TRUST_PROXY=1\n`,
  )
  expect(state['/etc/rekey/secret-key']).toBe(`600 0 ${SECRET}\n`)
  expect(state.active).toBe('rekey.service rekey.socket')
  expect(text() + host.commands.join()).not.toContain(SECRET)
})

it('the setup for a panel elsewhere pins a certificate that nobody vouches for, and shows what it pins', async () => {
  const host = createOtherHost(false)
  const { text } = await setUpOn(host, [ID, SECRET])
  expect(text()).toContain('Rekey will pin it: AA:BB')
  expect(host.state()['/etc/rekey/rekey.env']).toContain('HESTIA_CERT_SHA256=AA:BB\n')
})

it('the setup for a panel elsewhere changes nothing with --dry-run, or without a key', async () => {
  const host = createOtherHost()
  const before = host.state()
  expect(await setUpOn(host, [], { isDry: true })).toMatchObject({ isSetUp: true })
  expect(await setUpOn(host, [])).toMatchObject({ isSetUp: false })
  expect((await setUpOn(host, [ID, 'short'])).text()).toContain('That isn’t an access key')
  expect(host.state()).toEqual(before)
})

it('the setup for a panel elsewhere names the address that --address gives, for a host behind NAT', async () => {
  const { handedOver } = await setUpOn(createOtherHost(), [ID, SECRET], { address: '203.0.113.7' })
  expect(handedOver.join()).toContain("address='203.0.113.7'")
})

it('the setup for a panel elsewhere asks for no key that it has, and is undone', async () => {
  const host = createOtherHost()
  const before = host.state()
  await setUpOn(host, [ID, SECRET])
  const state = host.state()
  expect((await setUpOn(host, [])).isSetUp).toBe(true)
  expect(host.state()).toEqual(state)
  expect(await setUp({ does: 'undo' }, setupParts(host).parts)).toBe(true)
  expect(host.state()).toEqual(before)
})

it('the setup for a panel elsewhere says that the panel can’t be reached', async () => {
  const host = createOtherHost()
  host.tls.delete('panel.example.com:8083')
  expect((await setUpOn(host, [])).text()).toContain('panel.example.com doesn’t answer at port 8083')
})
