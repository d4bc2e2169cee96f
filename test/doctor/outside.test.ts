import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { examineOutside } from '../../src/doctor/outside.js'
import { type CallOutside, createOutsideCall } from '../../src/doctor/outside-call.js'
import { type Diagnosis, readFindings } from '../kit/doctor.js'
import { startProxy } from '../kit/proxy.js'
import { startService } from '../kit/service.js'
import { sharedCertificate } from '../panel-simulator/server/certificate.js'

const call = createOutsideCall(5000)

/** Pretends that the connection was between these addresses, not over the loopback. */
function between(localAddress: string, remoteAddress: string): CallOutside {
  return async (url, headers) => ({ ...(await call(url, headers)), localAddress, remoteAddress })
}

async function look(url: string, caller: CallOutside = call): Promise<Diagnosis> {
  return readFindings(await examineOutside({ url: new URL(url), call: caller }))
}

it('from outside, the doctor finds no problem behind a proxy that forwards everything, at the root and below a path', async () => {
  const sound = { service: 'ok', 'base-path': 'ok', 'well-known': 'ok', headers: 'ok', readiness: 'ok' }
  const root = await startService()
  await root.app.watch()
  expect((await look(`${await startProxy(root.url)}/`)).gist).toMatchObject(sound)
  const below = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
  await below.app.watch()
  const { gist } = await look(`${await startProxy(below.url)}/password/`)
  expect(gist).toMatchObject(sound)
  expect(gist['client-address']).toBe('not-checked')
  expect(below.attempts()).toEqual([])
})

it('from outside, the doctor says that nothing answers, or another server', async () => {
  const nothing = await look('http://127.0.0.1:9/')
  expect(nothing.gist).toMatchObject({ service: 'service-unreachable', headers: 'not-checked' })
  const service = await startService()
  expect((await look(`${service.url}/elsewhere/`)).gist.service).toBe('not-the-service')
  expect((await look(`${service.panel.url.replace('https', 'http')}/`)).gist.service).toBe(
    'service-unreachable',
  )
})

it('from outside, the doctor stops reading an endless page', async () => {
  const server = createServer((_request, response) => {
    const flood = (error?: Error | null): void => void (error || response.write('x'.repeat(8192), flood))
    flood()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const patient = createOutsideCall(60_000)
  expect((await look(`http://127.0.0.1:${port}/`, patient)).gist.service).toBe('not-the-service')
})

it('from outside, the doctor reports a certificate that others would not trust', async () => {
  const service = await startService()
  const origin = await startProxy(service.url, { certificate: await sharedCertificate() })
  expect((await look(`${origin}/`)).gist.service).toBe('service-tls')
  const plain = await startProxy(service.url)
  expect((await look(`${plain.replace('http:', 'https:')}/`)).gist.service).toBe('service-tls')
})

it('from outside, the doctor warns of a page without TLS on another host', async () => {
  const service = await startService()
  const elsewhere: CallOutside = (url, headers) => {
    const here = new URL(url)
    here.host = new URL(service.url).host
    return call(here, headers)
  }
  expect((await look('http://mail.example.com/', elsewhere)).gist.service).toBe('service-plain-http')
})

it('from outside, the doctor says that the service does not know its path', async () => {
  const service = await startService()
  const origin = await startProxy(service.url, { strips: '/password' })
  const { gist, text } = await look(`${origin}/password/`)
  expect(gist).toMatchObject({ service: 'ok', 'base-path': 'base-path-differs' })
  expect(text('base-path')).toContain('REKEY_BASE_PATH=/password,')
})

it('from outside, the doctor warns if password managers do not find the page', async () => {
  const service = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
  const origin = await startProxy(service.url, { serves: /^\/password\// })
  expect((await look(`${origin}/password/`)).gist).toMatchObject({
    'base-path': 'ok',
    'well-known': 'well-known-missing',
  })
})

it.each([
  ['cache-control', { 'cache-control': 'public' }],
  ['content-type', { 'content-type': 'text/html' }],
  ['content-security-policy', { 'content-security-policy': "default-src 'self'" }],
  [
    'content-security-policy',
    {
      'content-security-policy':
        "default-src 'none';form-action 'self';base-uri 'none';frame-ancestors 'none';img-src 'self', img-src *",
    },
  ],
  ['x-frame-options', { 'x-frame-options': 'DENY, SAMEORIGIN' }],
])('from outside, the doctor says that %s did not arrive unchanged', async (name, sets) => {
  const service = await startService()
  const { gist, text } = await look(`${await startProxy(service.url, { sets })}/`)
  expect(gist.headers).toBe('headers-changed')
  expect(text('headers')).toContain(`sends them: ${name}\n`)
})

it('from outside, the doctor says that no change is possible now, or that the proxy hides readiness', async () => {
  const service = await startService()
  service.panel.switches.keyRevoked = true
  await service.app.watch()
  expect((await look(`${await startProxy(service.url)}/`)).gist.readiness).toBe('service-not-ready')
  const secretive = await startProxy(service.url, { serves: /^(?!\/readyz)/ })
  expect((await look(`${secretive}/`)).gist.readiness).toBe('not-checked')
})

const ME = '198.51.100.4'
const PROXY = '203.0.113.1'

async function counted(trust: string, habits: Parameters<typeof startProxy>[1], me = ME) {
  const service = await startService({ environment: { REKEY_TRUST_PROXY: trust } })
  const origin = await startProxy(service.url, habits)
  return (await look(`${origin}/`, between(me, PROXY))).gist['client-address']
}

it.each([
  ['is right if the proxy is trusted', '1', { names: ME }, 'ok'],
  ['is right if its network is trusted', 'loopback', { names: ME }, 'ok'],
  ['is the proxy’s if that is not trusted', '0', { names: ME }, 'address-is-a-proxy'],
  ['can be forged if the proxy sends none', '1', { silent: true }, 'forged-address-believed'],
  ['is the proxy’s if that sends its own', '1', { names: PROXY }, 'address-is-a-proxy'],
  ['is an inner proxy’s if that is sent', '1', { names: '10.0.0.2' }, 'address-is-a-proxy'],
  ['can be forged if too many are trusted', '2', { names: ME }, 'forged-address-believed'],
  ['is a stranger’s', '1', { names: '198.51.100.99' }, 'address-unexpected'],
])('the address that the service counts, seen from outside, %s', async (_case, trust, habits, word) => {
  expect(await counted(trust, habits)).toBe(word)
})

it('the address that the service counts, seen from outside, is a public one behind NAT', async () => {
  expect(await counted('1', { names: ME }, '192.168.1.20')).toBe('ok')
  expect(await counted('1', { names: '10.0.0.2' }, '192.168.1.20')).toBe('address-unexpected')
})

it('the address that the service counts, seen from outside, can’t be judged from the called host', async () => {
  expect(await counted('1', { names: PROXY }, PROXY)).toBe('not-checked')
  expect(await counted('0', { names: PROXY }, PROXY)).toBe('address-is-a-proxy')
  // A service that trusts the loopback takes the doctor for a proxy.
  const service = await startService({ environment: { REKEY_TRUST_PROXY: 'loopback' } })
  const { gist } = await look(`${await startProxy(service.url)}/`)
  expect(gist['client-address']).toBe('not-checked')
})
