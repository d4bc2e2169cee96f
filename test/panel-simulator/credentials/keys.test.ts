import { connect } from 'node:tls'
import { expect, it } from 'vitest'
import { CHANGE } from '../commands/command-names.js'
import { argumentFields, startPanelClient } from '../panel-client.js'
import { createCertificate } from '../server/certificate.js'
import { simulatorCredentials, startPanelSimulator } from '../simulator.js'

const { accessKey, secretKey, apiKey, aliceOnly } = simulatorCredentials
const OWNER = { cmd: 'v-search-domain-owner', ...argumentFields(['example.org', 'mail']) }

it('a key that was revoked is refused, and each refusal counted', async () => {
  const { panel, post } = await startPanelClient()
  panel.switches.keyRevoked = true
  const access = await post({ access_key: accessKey, secret_key: secretKey, ...OWNER })
  expect(access).toMatchObject({
    status: 401,
    exitCode: '9',
    body: `Error: key ${accessKey} doesn't exist`,
  })
  const legacy = await post({ hash: apiKey, ...OWNER, returncode: 'yes' })
  expect(legacy).toMatchObject({ status: 401, exitCode: '9', body: '9' })
  expect(panel.refusedKeys).toBe(2)
  expect(panel.calls).toHaveLength(2)
})

it('a key of a hosting account runs no command that names no account', async () => {
  const { panel, post } = await startPanelClient()
  const key = { access_key: aliceOnly.accessKey, secret_key: aliceOnly.secretKey }
  expect(await post({ ...key, ...OWNER })).toMatchObject({
    exitCode: '10',
    body: 'Error: Command v-search-domain-owner not found',
  })
  expect(await post({ ...key, cmd: CHANGE })).toMatchObject({ exitCode: '10' })
  expect(panel.refusedKeys).toBe(0)
})

it('a key of the legacy kind learns nothing of a command that does not exist', async () => {
  const { post } = await startPanelClient()
  expect(await post({ hash: apiKey, cmd: 'v-none' })).toMatchObject({ status: 200, body: 'OK' })
  expect(await post({ hash: apiKey, cmd: 'v-none', returncode: 'yes' })).toMatchObject({ body: '1' })
})

it('a key is not needed to learn that the path is wrong', async () => {
  const panel = await startPanelSimulator({ plainHttp: true })
  expect(panel.url).toMatch(/^http:/)
  expect((await fetch(`${panel.url}/api`)).status).toBe(404)
  await panel.close()
})

it('a certificate has the hosts, the dates and the fingerprint asked for', async () => {
  const notAfter = new Date('2020-01-02T00:00:00Z')
  const certificate = await createCertificate({
    hosts: ['panel.example', '192.0.2.1'],
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter,
  })
  const panel = await startPanelSimulator({ certificate })
  const { hostname, port } = new URL(panel.url)
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  const served = socket.getPeerCertificate()
  expect(served.subjectaltname).toBe('DNS:panel.example, IP Address:192.0.2.1')
  expect(new Date(served.valid_to)).toEqual(notAfter)
  expect(served.fingerprint256).toBe(certificate.fingerprint)
  socket.destroy()
  await panel.close()
})
