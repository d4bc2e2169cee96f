import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sendRaw } from '../../kit/raw.js'
import { startService, type TestService } from '../../kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, MAILBOX_FORM, post } from '../../kit/submissions.js'

async function stillServes(service: TestService): Promise<void> {
  expect((await service.http.get('/healthz')).status).toBe(200)
}

it.each([
  ['no JSON', '{', '400 invalid-request'],
  ['nothing', '', '400 invalid-request'],
  ['null', 'null', '400 invalid-request'],
  ['a text', '"x"', '400 invalid-request'],
  ['an array', '[]', '400 invalid-request'],
  ['deep nesting', '['.repeat(4000), '400 invalid-request'],
  ['deep nesting that closes', `${'['.repeat(4000)}${']'.repeat(4000)}`, '400 invalid-request'],
  [
    'more than 8 KiB',
    JSON.stringify(byMailbox({ currentPassword: 'x'.repeat(8200) })),
    '413 payload-too-large',
  ],
  ['10 MB', 'x'.repeat(10_000_000), '413 payload-too-large'],
])('a body that is no submission such as %s is answered clearly', async (_what, body, expected) => {
  const service = await startService()
  const response = await post(service, body)
  expect(gist(response)).toBe(expected)
  expect(response.type).toBe('application/problem+json')
  expect(service.attempts()).toHaveLength(1)
  await stillServes(service)
})

it.each([
  [{}, ['/email', '/newPassword', '/currentPassword']],
  [
    byMailbox({ email: 1, newPassword: [], currentPassword: {} }),
    ['/email', '/newPassword', '/currentPassword'],
  ],
  [byMailbox({ email: null }), ['/email']],
  [byMailbox({ email: 'info' }), ['/email']],
  [byMailbox({ extra: 1, 'a/b~c': 2 }), ['/extra', '/a~1b~0c']],
  [byMailbox({ clientAddress: '203.0.113.9' }), ['/clientAddress']],
  [byMailbox({ newPassword: '' }), ['/newPassword']],
  [byAccount({ username: '-x' }), ['/account/username']],
  [byAccount({ username: '../../etc' }), ['/account/username']],
  [byAccount({ code: '12345' }), ['/account/code']],
  [byAccount({ code: '-12345' }), ['/account/code']],
  [byAccount({ code: 123456 }), ['/account/code']],
  [byAccount({}, { currentPassword: 'x' }), ['/currentPassword']],
  [byMailbox({ account: null }), ['/account', '/currentPassword']],
  [byMailbox({ newPassword: 'lone \ud800 surrogate' }), ['/newPassword']],
])('a body that is no submission %j is told the members that are wrong', async (body, pointers) => {
  const service = await startService()
  const response = await post(service, body)
  expect(gist(response)).toBe('400 invalid-request')
  expect(response.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(pointers)
  const logged = service
    .attempts()
    .flatMap(({ faults }) => (faults as string[]).map((fault) => fault.split(' ')[0]))
  const isKnown = ({ message }: { message: string }) => message !== 'This member is not known.'
  const known = response.body.errors.filter(isKnown).map(({ pointer }: { pointer: string }) => pointer)
  const hasUnknown = known.length < pointers.length
  expect(logged.toSorted()).toEqual([...known, ...(hasUnknown ? ['unknown'] : [])].toSorted())
  expect(service.commands()).toEqual([])
})

it('a body that is no submission may hold a member named __proto__ and does no harm', async () => {
  const service = await startService()
  const body = JSON.stringify(byMailbox()).replace('{', '{"__proto__":{"polluted":true},')
  expect(gist(await post(service, body))).toBe('400 invalid-request')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
})

it('a body that is no submission takes a NUL in any secret as a wrong or forbidden one', async () => {
  const service = await startService()
  expect(gist(await post(service, byMailbox({ newPassword: 'a wholly new\0secret' })))).toBe(
    '422 password-rejected',
  )
  expect(gist(await post(service, byMailbox({ currentPassword: 'info mail pw\0' })))).toBe(
    '403 invalid-credentials',
  )
  expect(gist(await post(service, byAccount({ password: 'alice panel pw\0' })))).toBe(
    '403 invalid-credentials',
  )
  expect(gist(await post(service, byMailbox({ email: 'info\0@example.org' })))).toBe('400 invalid-request')
})

it.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
  '',
])('a body that is no submission of content type %j is not taken', async (type) => {
  const service = await startService()
  const response = await service.http
    .post(CHANGES)
    .set('content-type', type)
    .send(JSON.stringify(byMailbox()))
  expect(gist(response)).toBe('415 unsupported-media-type')
  expect((await service.http.post('/').set('content-type', 'application/json').send('{}')).status).toBe(415)
})

it.each([
  ['content-encoding', 'gzip'],
  ['content-encoding', 'nonsense'],
  ['content-type', 'application/json; charset=nonsense'],
])('a body that is no submission with %s %s is not taken', async (name, value) => {
  const service = await startService()
  const request = service.http.post(CHANGES).set('content-type', 'application/json').set(name, value)
  expect(gist(await request.send(JSON.stringify(byMailbox())))).toBe('415 unsupported-media-type')
  const form = service.http.post('/').type('form').set(name, value.replace('json', 'x-www-form-urlencoded'))
  expect((await form.send('email=x')).status).toBe(415)
})

it('a body that is no submission is answered with a status of the table, whatever it is', async () => {
  const service = await startService()
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('info@example.org', 'alice'),
  )
  const account = fc.oneof(
    value,
    fc.record({ username: value, password: value, code: value }, { requiredKeys: [] }),
  )
  const body = fc.record(
    { email: value, newPassword: value, currentPassword: value, account },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(fc.oneof(body, fc.jsonValue()), async (submission) => {
      const { status } = await post(service, JSON.stringify(submission))
      expect([400, 403, 413, 422]).toContain(status)
    }),
    { numRuns: 300 },
  )
  await stillServes(service)
})

it.each([
  'email=info@example.org&email=sales@example.org&new_password=a&new_password=b',
  'email[]=x',
  '%ff%fe=%zz&=&&&',
  `${'a=1&'.repeat(2000)}`,
  'proof=magic',
  'proof=account&username[]=x',
])('a form that makes no sense is answered with a page: %j', async (body) => {
  const service = await startService()
  const response = await service.http.post('/').type('form').send(body)
  expect([400, 413]).toContain(response.status)
  expect(response.type).toBe('text/html')
  expect(service.commands()).toEqual([])
})

it('a form whose password is no UTF-8 changes nothing: another password than the one typed would be set', async () => {
  const service = await startService({ environment: { REKEY_WEBMAIL_ADDRESSES: '127.0.0.1' } })
  const escaped = 'w%E4hrung+und+mehr'
  const page = new URLSearchParams(MAILBOX_FORM).toString().replaceAll('a+wholly+new+secret', escaped)
  const webmail = `user=info%40example.org&curpass=info+mail+pw&newpass=${escaped}`
  const send = (path: string, body: string) => service.http.post(path).type('form').send(body)

  expect((await send('/', page)).status).toBe(400)
  expect((await send('/roundcube', webmail)).text).toMatch(/^error invalid-request/)
  expect(service.commands()).toEqual([])
})

it.each([
  ['DELETE', CHANGES, 'POST'],
  ['GET', CHANGES, 'POST'],
  ['OPTIONS', CHANGES, 'POST'],
  ['PUT', '/', 'GET, HEAD, POST'],
  ['POST', '/healthz', 'GET, HEAD'],
  ['POST', '/readyz', 'GET, HEAD'],
  ['PATCH', '/api/v1/password-policy', 'GET, HEAD, POST'],
  ['POST', '/api/v1/openapi.json', 'GET, HEAD'],
  ['POST', '/.well-known/change-password', 'GET, HEAD'],
  ['POST', '/assets/style.css', 'GET, HEAD'],
])('a request %s %s is not allowed, and told what is', async (method, path, allow) => {
  const service = await startService()
  const response = await fetch(`${service.url}${path}`, { method })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe(allow)
})

it.each([
  '/nothing',
  '/api/v1/nothing',
  '/api/v1',
  '/assets/nothing',
  '/assets/../form.eta',
  '/%ff',
  '/assets/%ff',
  '/assets/%00',
  '//evil.example/',
  '/index.php?%ff',
])('a request for %s finds nothing and harms nothing', async (path) => {
  const service = await startService()
  const answer = await sendRaw(service, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  expect(answer).toMatch(/^HTTP\/1\.1 (404|400) /)
  await stillServes(service)
})

it.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400],
  ['headers that are too long', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  [
    'a wrong chunk',
    `POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
  ],
])('a request that is %s is answered and closed', async (_what, bytes, status) => {
  const service = await startService()
  expect(await sendRaw(service, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  await stillServes(service)
})

it('a request whose client goes away while it is sent leaves the service well', async () => {
  const service = await startService()
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  socket.write(
    `POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"em`,
  )
  await once(socket, 'connect')
  socket.destroy()
  await stillServes(service)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})
