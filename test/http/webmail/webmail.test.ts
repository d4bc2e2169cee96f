import type { Response } from 'supertest'
import { describe, expect, it } from 'vitest'
import { sendRaw } from '../../kit/raw.js'
import { startService, type TestService } from '../../kit/service.js'
import { byMailbox, CHANGES, NEW_PASSWORD } from '../../kit/submissions.js'

type Form = Record<string, string | readonly string[]>

/** The two forms with their field names. */
const forms = [
  { path: '/reset/mail/', email: 'email', current: 'password', next: 'new', success: '==ok==' },
  { path: '/reset/mail', email: 'email', current: 'password', next: 'new', success: '==ok==' },
  { path: '/roundcube', email: 'user', current: 'curpass', next: 'newpass', success: 'ok' },
  { path: '/roundcube/', email: 'user', current: 'curpass', next: 'newpass', success: 'ok' },
] as const

type WebmailForm = (typeof forms)[number]

function filled(form: WebmailForm, more: { email?: string; current?: string; next?: string } = {}): Form {
  const values = { email: 'info@example.org', current: 'info mail pw', next: NEW_PASSWORD, ...more }
  return { [form.email]: values.email, [form.current]: values.current, [form.next]: values.next }
}

async function post(service: TestService, path: string, form: Form): Promise<Response> {
  return await service.http.post(path).type('form').send(form)
}

/** What Hestia's driver for Roundcube takes for a success. It also searches the headers. */
function hestiaDriverAccepts({ headers, text }: Response): boolean {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const answer = `${head.join('\r\n')}\r\n\r\n${text}`
  return answer.includes('ok') && !answer.includes('error')
}

describe.each(forms)('the form of webmail at $path', (form) => {
  it(`the form of webmail at ${form.path} changes a password and says so in just one word`, async () => {
    const service = await startService()
    const response = await post(service, form.path, filled(form))
    expect(response.status).toBe(200)
    expect(response.text).toBe(form.success)
    expect(JSON.stringify(response.headers)).not.toMatch(/error/i)
    expect(response.get('set-cookie')).toBeUndefined()
    expect(hestiaDriverAccepts(response)).toBe(true)
    expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
    expect(service.attempts()).toEqual([
      expect.objectContaining({ code: 'changed', proof: 'mailbox', mailbox: 'info@example.org' }),
    ])
  })

  it.each([
    ['a wrong password', { current: 'wrong' }, 403, 'invalid-credentials'],
    ['an unknown mailbox', { email: 'nobody@example.org' }, 403, 'invalid-credentials'],
    ['a rule broken', { next: 'ok' }, 422, 'password-rejected'],
    ['nothing new', { next: '' }, 400, 'invalid-request'],
    ['no address', { email: 'info' }, 400, 'invalid-request'],
    [
      'a suspended mailbox',
      { email: 'paused@example.org', current: 'paused mail pw' },
      403,
      'mailbox-suspended',
    ],
  ])(
    `the form of webmail at ${form.path} refuses %s with the status of the JSON interface`,
    async (_what, values, status, code) => {
      const service = await startService()
      const response = await post(service, form.path, filled(form, values))
      expect(response.status).toBe(status)
      expect(response.type).toBe('text/plain')
      expect(response.text).toMatch(new RegExp(`^error ${code}: .* \\[[0-9a-f-]{36}\\]\n$`))
      expect(response.text).toContain(`[${service.attempts()[0]?.requestId}]`)
      expect(hestiaDriverAccepts(response)).toBe(false)
      expect(response.get('set-cookie')).toBeUndefined()
      expect(service.attempts()).toMatchObject([{ code }])
    },
  )

  it(`the form of webmail at ${form.path} refuses what is no such form, and begins every refusal alike`, async () => {
    const service = await startService()
    const refusals = [
      await service.http.get(form.path),
      await service.http.put(form.path),
      await service.http.post(form.path),
      await service.http.post(form.path).send({ json: true }),
      await service.http.post(form.path).type('form').send('x'.repeat(9000)),
      await service.http.post(form.path).type('form').send('a&'.repeat(1500)),
      await service.http.post(form.path).set('sec-fetch-site', 'cross-site').type('form').send(filled(form)),
      await service.http
        .post(`${form.path.replace(/\/$/, '')}/further`)
        .type('form')
        .send(filled(form)),
      await service.http.post(form.path).type('form').send(''),
      await post(service, form.path, { ...filled(form), [form.current]: ['info mail pw', 'x'] }),
      await post(service, form.path, { surplus: 'x' }),
    ]
    expect(refusals.map(({ status }) => status)).toEqual([
      405, 405, 415, 415, 413, 400, 403, 404, 400, 400, 400,
    ])
    for (const { text } of refusals) expect(text).toMatch(/^error /)
    expect(service.commands()).toEqual([])
  })

  it(`the form of webmail at ${form.path} names the fields that are wrong as the form does`, async () => {
    const service = await startService()
    const { text } = await post(service, form.path, filled(form, { email: '', current: '' }))
    expect(text).toContain(` ${form.email}: Fill this in. ${form.current}: Fill this in.`)
    expect((await post(service, form.path, filled(form, { next: 'short' }))).text).toContain(
      'Use at least 12 characters.',
    )
  })

  it(`the form of webmail at ${form.path} doesn’t exist if the current password is no proof`, async () => {
    const service = await startService({ environment: { REKEY_PROOFS: 'account' } })
    const response = await post(service, form.path, filled(form))
    expect(response.status).toBe(404)
    expect(response.text).toMatch(/^error not-found: /)
    expect(service.commands()).toEqual([])
  })

  it(`the form of webmail at ${form.path} is below the base path, and at the root, which a driver can’t change`, async () => {
    const service = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
    expect((await post(service, `/password${form.path}`, filled(form))).text).toBe(form.success)
    const again = filled(form, { current: NEW_PASSWORD, next: 'another new secret' })
    expect((await post(service, form.path, again)).text).toBe(form.success)
  })

  it(`the form of webmail at ${form.path} tells a panel that is away from a wrong password`, async () => {
    const service = await startService()
    await service.panel.close()
    const response = await post(service, form.path, filled(form))
    expect(response.status).toBe(503)
    expect(response.text).toMatch(/^error panel-unavailable: .* Try again in 30 seconds\./)
  })
})

it('refusals of credentials are alike to the byte, and leave no sooner than on the page', async () => {
  const service = await startService({ environment: { REKEY_REFUSAL_DELAY_MS: '1000' } })
  const [form] = forms
  const texts: string[] = []
  const names = ['info@example.org', 'nobody@example.org', 'info@unknown.example', 'inf.@example.org']
  for (const email of names) {
    const { text } = await post(service, form.path, filled(form, { email, current: 'wrong' }))
    texts.push(text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID'))
  }
  expect(new Set(texts).size).toBe(1)
  expect(service.attempts().map(({ durationMs }) => durationMs)).toEqual([1000, 1000, 1000, 1000])
})

/** Sends a raw request and returns the body of the answer, one character for each byte. */
async function rawBody(service: TestService, ...lines: string[]): Promise<string> {
  const answer = await sendRaw(service, lines.join('\r\n'))
  return answer.slice(answer.indexOf('\r\n\r\n') + 4)
}

const head = ['POST /reset/mail/ HTTP/1.0', 'Content-Type: application/x-www-form-urlencoded']

it('a client that compares the answer’s body byte for byte reads ==ok== and not a byte more', async () => {
  const service = await startService()
  const fields = { email: 'info@example.org', password: 'info mail pw', new: NEW_PASSWORD }
  const body = new URLSearchParams(fields).toString()
  expect(await rawBody(service, ...head, `Content-Length: ${body.length}`, '', body)).toBe('==ok==')
})

it('a client that compares the answer’s body byte for byte that sends no form at all is refused', async () => {
  const service = await startService()
  expect(await rawBody(service, ...head, '', '')).toMatch(/^error invalid-request: /)
})

const [form] = forms
const from = async (service: TestService, headers: Record<string, string>): Promise<Response> =>
  await service.http.post(form.path).set(headers).type('form').send(filled(form))

it('who may use the forms of webmail is nobody but the named hosts, and nothing is asked for the others', async () => {
  const service = await startService({
    environment: { REKEY_WEBMAIL_ADDRESSES: '192.0.2.0/24,2001:db8::7', REKEY_TRUST_PROXY: 'loopback' },
  })
  for (const address of ['203.0.113.9', '127.0.0.1', '2001:db8::8', '192.0.2.7, 203.0.113.9', 'unknown']) {
    const response = await from(service, { 'x-forwarded-for': address })
    expect(response.status, address).toBe(403)
    expect(response.text).toMatch(/^error unknown-webmail-host: /)
  }
  expect((await from(service, {})).status).toBe(403)
  expect(service.commands()).toEqual([])
  expect(service.attempts()[0]).toMatchObject({
    code: 'unknown-webmail-host',
    clientAddress: '203.0.113.9',
  })
  expect((await from(service, { 'x-forwarded-for': '192.0.2.7' })).text).toBe('==ok==')
  const again = filled(form, { current: NEW_PASSWORD, next: 'another new secret' })
  const proxied = service.http.post(form.path).set('x-forwarded-for', ', 2001:DB8::0007, 127.0.0.1')
  expect((await proxied.type('form').send(again)).text).toBe('==ok==')
})

it.each([
  ['1', '203.0.113.9, 127.0.0.1'],
  ['2', '203.0.113.9, 127.0.0.1, 127.0.0.1'],
  ['127.0.0.1', '203.0.113.9, 127.0.0.2'],
])(
  'who may use the forms of webmail is nobody where proxies trusted as %s say %s: one of them is not trusted',
  async (trust, forwarded) => {
    const service = await startService({ environment: { REKEY_TRUST_PROXY: trust } })
    const response = await from(service, { 'x-forwarded-for': forwarded })
    expect(response.text).toMatch(/^error unknown-webmail-host: /)
    expect(service.commands()).toEqual([])
  },
)

it.each([
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'Forwarded',
  'Via',
  'CF-Connecting-IP',
  'True-Client-IP',
  'X-Original-Forwarded-For',
  'X-Forwarded',
  'Client-IP',
  'X-Envoy-External-Address',
])(
  'who may use the forms of webmail is nobody behind a proxy that is not trusted, which %s betrays',
  async (header) => {
    const service = await startService()
    const response = await from(service, { [header]: '127.0.0.1' })
    expect(response.text).toMatch(/^error unknown-webmail-host: /)
    expect(service.commands()).toEqual([])
  },
)

it('who may use the forms of webmail is nobody behind a trusted proxy that hands on no address', async () => {
  const service = await startService({ environment: { REKEY_TRUST_PROXY: '1' } })
  for (const headers of [{ 'x-real-ip': '127.0.0.1' }, { 'x-forwarded-for': 'unknown' }]) {
    expect((await from(service, headers as Record<string, string>)).text).toMatch(
      /^error unknown-webmail-host: /,
    )
  }
})

it.each([forms[0], forms[2]])(
  'the limits on webmail at $path are those per mailbox: the address is everybody’s',
  async (form) => {
    const service = await startService({
      environment: { REKEY_LIMIT_ADDRESS: '1/15m', REKEY_LIMIT_FAILURES: '2/15m' },
    })
    const tryIt = async (email: string) =>
      (await post(service, form.path, filled(form, { email, current: 'wrong' }))).text
    expect(await tryIt('info@example.org')).toMatch(/^error invalid-credentials: /)
    expect(await tryIt('info@example.org')).toMatch(/^error invalid-credentials: /)
    expect(await tryIt('info@example.org')).toMatch(/^error too-many-attempts: .* Try again in 15 minutes\./)
    expect(await tryIt('legacy@example.org')).toMatch(/^error invalid-credentials: /)
    expect(service.attempts().at(2)).toMatchObject({ limit: 'failures' })
    // None of them counted for the address itself.
    const json = byMailbox({ email: 'sales@example.org', currentPassword: 'wrong' })
    expect((await service.http.post(CHANGES).send(json)).status).toBe(403)
    expect((await service.http.post(CHANGES).send(json)).status).toBe(429)
  },
)
