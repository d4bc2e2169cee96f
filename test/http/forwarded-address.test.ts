import { expect, it } from 'vitest'
import { startService, type TestService } from '../kit/service.js'

const PATH = '/api/v1/client-address'

const trusting = (trust: string): Promise<TestService> =>
  startService({ environment: { REKEY_TRUST_PROXY: trust } })

async function countedAs(service: TestService, forwardedFor: string): Promise<string> {
  return (await service.http.get(PATH).set('x-forwarded-for', forwardedFor)).body.address
}

it.each([
  ['1', '203.0.113.9:51234', '203.0.113.9'],
  ['1', '[2001:db8::9]:443', '2001:db8::9'],
  ['1', '198.51.100.7:80, [2001:db8::9]', '2001:db8::9'],
  ['2', '203.0.113.9:51234, 10.0.0.7:40000', '203.0.113.9'],
  ['loopback,10.0.0.0/8', '203.0.113.9:51234, 10.0.0.7:40000', '203.0.113.9'],
  ['loopback,uniquelocal', '203.0.113.9, [fd00::7]:40000', '203.0.113.9'],
])('behind proxies trusted as %s, %s counts as %s', async (trust, forwardedFor, address) => {
  expect(await countedAs(await trusting(trust), forwardedFor)).toBe(address)
})

it.each(['127.0.0.1', '127.8.8.8', '::1', '[::1]:443', '127.0.0.1:80', '::ffff:127.0.0.1', '::ffff:7f00:1'])(
  'nobody becomes a program of the host by writing %s, nor uses the forms of webmail by it',
  async (forwardedFor) => {
    const service = await trusting('1')
    const answer = await service.http.post('/reset/mail/').set('x-forwarded-for', forwardedFor).type('form')
    expect(answer.text).toMatch(/^error unknown-webmail-host: /)
    // The proxy's own address, here the loopback's, not the one in the header.
    expect(await countedAs(service, forwardedFor)).toBe('127.0.0.1')
  },
)

const warnings = (service: TestService): unknown[] => service.logged('address-not-handed-on')

it.each([
  ['what is no address', { 'x-forwarded-for': 'unknown' }],
  ['a name', { 'x-forwarded-for': '203.0.113.9, client.example' }],
  ['nothing, and says that it is a proxy', { via: '1.1 varnish' }],
  ['it by another header', { 'x-real-ip': '203.0.113.9' }],
  ['nothing of a browser', { 'sec-fetch-site': 'none' }],
])('a trusted proxy that hands on %s is warned of, once', async (_what, headers) => {
  const service = await trusting('1')
  for (let request = 0; request < 3; request++)
    await service.http.get('/').set(headers as Record<string, string>)
  expect(warnings(service)).toMatchObject([
    { level: 40, proxy: '127.0.0.1', detail: expect.stringContaining('X-Forwarded-For') },
  ])
})

it('nobody is warned of a program of the host, of the loopback behind a proxy, nor where no proxy is trusted', async () => {
  const service = await trusting('1')
  await service.http.get('/healthz')
  await service.http.get('/').set('x-forwarded-for', '127.0.0.1')
  await service.http.get('/').set({ 'x-forwarded-for': '203.0.113.9:1', 'sec-fetch-site': 'none' })
  expect(warnings(service)).toEqual([])
  const alone = await trusting('10.0.0.0/8')
  await alone.http.get('/').set({ 'x-forwarded-for': 'unknown', 'sec-fetch-site': 'none', via: '1.1 x' })
  expect(warnings(alone)).toEqual([])
})
