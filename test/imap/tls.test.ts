import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { MailServerFault } from '../../src/core/mail-server-port.js'
import { createImapLogin, createImapProbe } from '../../src/imap/imap-login.js'
import { Secret } from '../../src/lib/secret.js'
import type { ServerTrust } from '../../src/lib/server-trust.js'
import { holdTime } from '../kit/held-time.js'
import { type MailServer, type MailServerOptions, startMailServer } from '../kit/mail-server.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

const TIMEOUT_MS = 5000

async function start(options?: MailServerOptions): Promise<MailServer> {
  const server = await startMailServer(options)
  onTestFinished(() => server.close())
  return server
}

/** The result of a login: `true`, `false`, or the reason of the fault. Expects that a fault comes before the password is sent. */
async function logIn(server: MailServer, trust: ServerTrust, url = server.url): Promise<boolean | string> {
  const login = createImapLogin({ url, trust, timeoutMs: TIMEOUT_MS, maxConcurrency: 1 })
  const result = await login('info@example.org', new Secret('info mail pw'), '203.0.113.9', {
    leftMs: () => 60_000,
  }).catch((error: unknown) => error)
  if (!(result instanceof MailServerFault)) return result as boolean
  expect(result.credentialsSent).toBe(false)
  return result.reason
}

/** The server under another name of this host. */
function at(server: MailServer, hostname: string): URL {
  return new URL(server.url.href.replace('127.0.0.1', hostname))
}

describe.each(['implicit', 'starttls'] as const)('under TLS (%s)', (tls) => {
  it(`under TLS (${tls}) a server is taken under its authority, or as the pinned one, by name and by address`, async () => {
    const server = await start({ tls })
    const { certificate: ca, fingerprint: certificateSha256 } = server.certificate
    expect(await logIn(server, { ca })).toBe(true)
    expect(await logIn(server, { certificateSha256 })).toBe(true)
    expect(await logIn(server, { ca }, at(server, 'localhost'))).toBe(true)
    expect(server.logins.map(({ overTls }) => overTls)).toEqual([true, true, true])
  })

  it.each([
    ['that nobody trusted signed', {}, 'another authority'],
    ['for another name', { hosts: ['mail.example.org'] }, 'itself'],
    ['for localhost alone, at an address', { hosts: ['localhost'] }, 'itself'],
    ['that has expired', { notAfter: new Date(Date.now() - 3_600_000) }, 'itself'],
    ['that is not the pinned one', {}, 'another pin'],
  ])(
    `under TLS (${tls}) a certificate %s is refused before anything is sent`,
    async (_what, own, trusted) => {
      const certificate = await createCertificate(own)
      const other = await createCertificate()
      const server = await start({ tls, certificate })
      const { certificate: ca } = trusted === 'itself' ? certificate : other
      const trust = trusted === 'another pin' ? { certificateSha256: other.fingerprint } : { ca }
      expect(await logIn(server, trust)).toBe('tls-refused')
      expect(server.commands).toEqual(tls === 'implicit' ? [] : ['STARTTLS'])
      await vi.waitUntil(() => server.openConnections === 0)
    },
  )

  it(`under TLS (${tls}) a pinned certificate may be for another name, and be of the past`, async () => {
    const certificate = await createCertificate({
      hosts: ['elsewhere.example'],
      notAfter: new Date(Date.now() - 3_600_000),
    })
    const server = await start({ tls, certificate })
    expect(await logIn(server, { certificateSha256: certificate.fingerprint })).toBe(true)
  })

  it(`under TLS (${tls}) no variable of Node’s own turns the verification off`, async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const server = await start({ tls })
    const { certificate: ca } = await createCertificate()
    expect(await logIn(server, { ca })).toBe('tls-refused')
  })
})

it('a certificate that no authority of the system signed is refused', async () => {
  const server = await start()
  expect(await logIn(server, {})).toBe('tls-refused')
  expect(server.commands).toEqual([])
})

it('a server that speaks plainly where TLS is expected is refused', async () => {
  const server = await start({ tls: 'none' })
  expect(await logIn(server, {}, new URL(server.url.href.replace('imap:', 'imaps:')))).toBe('tls-refused')
})

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.8.0.2', '127.8.0.2'],
  ['::1', '[::1]'],
  ['127.0.0.1', 'localhost'],
  ['127.0.0.1', 'LOCALHOST'],
])('STARTTLS is not used on the loopback, where nothing is trusted (at %s, as %s)', async (host, name) => {
  const server = await start({ tls: 'starttls', host })
  expect(await logIn(server, {}, new URL(`imap://${name}:${server.url.port}`))).toBe(true)
  expect(server.logins).toMatchObject([{ overTls: false }])
  expect(server.commands).not.toContain('STARTTLS')
})

it.each([
  ['is not offered', { tls: 'none' }, undefined],
  ['is refused', { tls: 'starttls' }, { says: 'TAG NO Not now.' }],
] as const)(
  'STARTTLS that %s, but needed, ends the session before the credentials',
  async (_what, options, fault) => {
    const server = await start(options)
    if (fault) server.faults.set('STARTTLS', fault)
    const { certificate: ca, fingerprint: certificateSha256 } = server.certificate
    expect(await logIn(server, { ca })).toBe('no-starttls')
    expect(await logIn(server, { certificateSha256 })).toBe('no-starttls')
    expect(server.logins).toEqual([])
    await vi.waitUntil(() => server.openConnections === 0)
  },
)

it('STARTTLS can’t be passed by with PREAUTH', async () => {
  const server = await start({ tls: 'starttls' })
  server.faults.set('greeting', { says: '* PREAUTH Hello.' })
  expect(await logIn(server, { ca: server.certificate.certificate })).toBe('no-starttls')
})

it('STARTTLS is required of any host but this one', async () => {
  const server = await start({ tls: 'none', host: '0.0.0.0' })
  expect(await logIn(server, {}, new URL(`imap://0.0.0.0:${server.url.port}`))).toBe('no-starttls')
})

it('STARTTLS with more in its answer than an OK is refused', async () => {
  const server = await start({ tls: 'starttls' })
  server.faults.set('STARTTLS', { says: 'TAG OK Go.\r\n* CAPABILITY AUTH=PLAIN' })
  expect(await logIn(server, { ca: server.certificate.certificate })).toBe('tls-refused')
})

it('STARTTLS that hangs in the handshake ends in time', async () => {
  const server = await start({ tls: 'starttls' })
  server.faults.set('handshake', 'hang')
  void holdTime().pass(TIMEOUT_MS, () => server.silences > 0)
  expect(await logIn(server, { ca: server.certificate.certificate })).toBe('timed-out')
  await vi.waitUntil(() => server.openConnections === 0)
})

async function probe(server: MailServer, trust: ServerTrust): Promise<string | undefined> {
  return (await createImapProbe({ url: server.url, trust, timeoutMs: TIMEOUT_MS })())?.reason
}

it.each(['implicit', 'starttls'] as const)(
  'the probe finds no fault with a server that would take a login (%s)',
  async (tls) => {
    const server = await start({ tls })
    expect(await probe(server, { ca: server.certificate.certificate })).toBeUndefined()
    expect(server.logins).toEqual([])
    await vi.waitUntil(() => server.openConnections === 0)
  },
)

it('the probe says what stands in the way of a login', async () => {
  const server = await start({ capabilities: 'LOGINDISABLED' })
  const trust = { ca: server.certificate.certificate }
  expect(await probe(server, trust)).toBe('login-disabled')
  const takesPlain = await start({ capabilities: 'LOGINDISABLED AUTH=PLAIN' })
  expect(await probe(takesPlain, trust)).toBeUndefined()
  expect(await probe(server, {})).toBe('tls-refused')
  await server.close()
  expect(await probe(server, trust)).toBe('unreachable')
})

it('the probe gives up a server that says nothing', async () => {
  const server = await start()
  server.faults.set('greeting', 'hang')
  void holdTime().pass(TIMEOUT_MS, () => server.silences > 0)
  expect(await probe(server, { ca: server.certificate.certificate })).toBe('timed-out')
})

it('the probe is not content with a server that says who we are already', async () => {
  const server = await start()
  server.faults.set('greeting', { says: '* PREAUTH Hello.' })
  expect(await probe(server, { ca: server.certificate.certificate })).toBe('unexpected-answer')
})
