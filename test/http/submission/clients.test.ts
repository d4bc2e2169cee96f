import type { Response } from 'supertest'
import { expect, it } from 'vitest'
import { startService, type TestService } from '../../kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD } from '../../kit/submissions.js'

const TOKEN = '0123456789abcdef0123456789abcdef'
const OTHER = 'fedcba9876543210fedcba9876543210'
const POLICY = '/api/v1/password-policy'
const wrong = byMailbox({ currentPassword: 'wrong' })

function startWithClients(environment: Record<string, string> = {}): Promise<TestService> {
  return startService({
    environment: { REKEY_CLIENTS: `roundcube=${TOKEN},desk=${OTHER}`, ...environment },
  })
}

async function send(
  service: TestService,
  body: object,
  authorization: string | undefined = `Bearer ${TOKEN}`,
  path = CHANGES,
): Promise<Response> {
  const request = service.http.post(path)
  if (authorization !== '') request.set('authorization', authorization)
  return await request.send(body)
}

/** Makes a wrong guess for the person at an address. */
function guessesAt(service: TestService): (clientAddress: string) => Promise<string> {
  return async (clientAddress) => gist(await send(service, { ...wrong, clientAddress }))
}

it('a client with its token calls for a person, whose address the log and the panel are given', async () => {
  const service = await startWithClients()
  const response = await send(service, byAccount({}, { clientAddress: '2001:DB8::0007' }))
  expect(gist(response)).toBe('200 changed')
  expect(service.attempts()).toEqual([
    expect.objectContaining({ client: 'roundcube', clientAddress: '2001:db8::7', code: 'changed' }),
  ])
  expect(service.panel.authLog[0]).toMatchObject({ address: '2001:db8::7' })
})

it('a client with its token is told from the others', async () => {
  const service = await startWithClients()
  await send(service, byMailbox({ clientAddress: '203.0.113.9' }), `bearer ${OTHER}`)
  expect(service.attempts()[0]).toMatchObject({ client: 'desk', clientAddress: '203.0.113.9' })
})

it('a client with its token is let where the account may log in from the person’s address alone', async () => {
  const service = await startWithClients()
  const frank = byAccount(
    { username: 'frank', password: 'frank panel pw' },
    { email: 'frank@frank.example', clientAddress: '198.51.100.7' },
  )
  expect(gist(await send(service, frank))).toBe('200 changed')
  expect(gist(await send(service, { ...frank, clientAddress: '198.51.100.8' }))).toBe(
    '403 invalid-credentials',
  )
})

it('a client with its token has each person’s tries counted by the person’s address', async () => {
  const service = await startWithClients({ REKEY_LIMIT_ADDRESS: '2/15m' })
  const from = guessesAt(service)
  expect(await from('203.0.113.1')).toBe('403 invalid-credentials')
  expect(await from('203.0.113.1')).toBe('403 invalid-credentials')
  expect(await from('203.0.113.1')).toBe('429 too-many-attempts')
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'address', clientAddress: '203.0.113.1' })
  expect(await from('203.0.113.2')).toBe('403 invalid-credentials')
  const refused = await service.http.post(CHANGES).send({ ...wrong, extra: 1 })
  expect(gist(refused)).toBe('400 invalid-request')
})

it('a client with its token has the tries at a mailbox counted by the person’s address', async () => {
  const service = await startWithClients({ REKEY_LIMIT_FAILURES: '1/15m' })
  const from = guessesAt(service)
  expect(await from('203.0.113.1')).toBe('403 invalid-credentials')
  expect(await from('203.0.113.1')).toBe('429 too-many-attempts')
  expect(await from('203.0.113.2')).toBe('403 invalid-credentials')
})

it('a client with its token that names nobody counts under its own address, whatever else is wrong', async () => {
  const service = await startWithClients({ REKEY_LIMIT_ADDRESS: '3/15m' })
  expect(gist(await send(service, wrong))).toBe('403 invalid-credentials')
  for (const clientAddress of ['nonsense', 7]) {
    const response = await send(service, { ...wrong, clientAddress })
    expect(gist(response)).toBe('400 invalid-request')
    expect(response.body.errors).toEqual([{ pointer: '/clientAddress', message: expect.stringMatching(/./) }])
  }
  expect(gist(await send(service, wrong))).toBe('429 too-many-attempts')
  expect(service.attempts()[0]).toMatchObject({ client: 'roundcube', clientAddress: '127.0.0.1' })
})

it('a client with its token may send a body that is no object', async () => {
  const service = await startWithClients()
  for (const body of ['null', '"x"', '[]', '7']) {
    const request = service.http
      .post(CHANGES)
      .set({ authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' })
    expect(gist(await request.send(body))).toBe('400 invalid-request')
  }
})

it('a client with its token is served while others use up its address’s limit', async () => {
  const service = await startWithClients({ REKEY_LIMIT_ADDRESS: '1/15m' })
  await send(service, wrong, 'Bearer nonsense')
  expect(gist(await send(service, wrong, 'Bearer nonsense'))).toBe('429 too-many-attempts')
  expect(gist(await send(service, byMailbox({ clientAddress: '203.0.113.9' })))).toBe('200 changed')
})

it.each([
  ['a wrong one', `Bearer ${TOKEN.replace('0', '1')}`],
  ['a part of one', `Bearer ${TOKEN.slice(0, -1)}`],
  ['one and more', `Bearer ${TOKEN}0`],
  ['two', `Bearer ${TOKEN} ${OTHER}`],
  ['none', 'Bearer'],
  ['one after a tab', 'Bearer\tnonsense'],
  ['the name', 'Bearer roundcube'],
])(
  'a token that is nobody’s such as %s is refused before anything is asked',
  async (_what, authorization) => {
    const service = await startWithClients()
    const response = await send(service, byMailbox({ clientAddress: '203.0.113.9' }), authorization)
    expect(gist(response)).toBe('401 invalid-token')
    expect(response.get('www-authenticate')).toBe('Bearer')
    expect(service.commands()).toEqual([])
    expect(service.attempts()).toEqual([
      expect.objectContaining({ code: 'invalid-token', clientAddress: '127.0.0.1' }),
    ])
    expect(service.attempts()[0]).not.toHaveProperty('client')
  },
)

it('a token that is nobody’s is refused before the body is read', async () => {
  const service = await startWithClients()
  const request = service.http
    .post(CHANGES)
    .set({ authorization: 'Bearer x', 'content-type': 'application/json' })
  expect(gist(await request.send('x'.repeat(10_000)))).toBe('401 invalid-token')
})

it('a token that is nobody’s is refused where no client is known at all', async () => {
  const service = await startService()
  expect(gist(await send(service, byMailbox()))).toBe('401 invalid-token')
})

it('a token that is nobody’s counts against the address that it came from', async () => {
  const service = await startWithClients({ REKEY_LIMIT_ADDRESS: '2/15m' })
  for (const expected of ['401 invalid-token', '401 invalid-token', '429 too-many-attempts']) {
    expect(gist(await send(service, wrong, 'Bearer nonsense'))).toBe(expected)
  }
  expect(gist(await send(service, wrong, ''))).toBe('429 too-many-attempts')
})

it('without a token nobody may name another address', async () => {
  const service = await startWithClients()
  for (const authorization of ['', `Basic ${TOKEN}`, `Basic Bearer ${TOKEN}`]) {
    const response = await send(service, byMailbox({ clientAddress: '203.0.113.9' }), authorization)
    expect(gist(response)).toBe('400 invalid-request')
    expect(response.body.errors).toMatchObject([{ pointer: '/clientAddress' }])
  }
  expect(gist(await send(service, byMailbox(), ''))).toBe('200 changed')
  expect(new Set(service.attempts().map(({ clientAddress }) => clientAddress))).toEqual(
    new Set(['127.0.0.1']),
  )
})

const question = { email: 'info@example.org', newPassword: NEW_PASSWORD }

it('a question about a new password is answered with every rule that it breaks, in words, and asks the panel nothing', async () => {
  const service = await startService()
  expect((await send(service, question, '', POLICY)).body).toEqual({ reasons: [] })
  const response = await send(service, { ...question, newPassword: 'my example, at length' }, '', POLICY)
  expect(response.status).toBe(200)
  expect(response.body.reasons).toEqual([
    {
      code: 'contains-address',
      message: 'Leave out “example”: it’s part of the address.',
      word: 'example',
    },
  ])
  const common = await send(service, { ...question, newPassword: ' password1' }, '', POLICY)
  expect(common.body.reasons.map(({ code }: { code: string }) => code)).toEqual([
    'too-short',
    'outer-space',
    'too-weak',
  ])
  expect(service.commands()).toEqual([])
  expect(service.logText()).toBe('')
})

it('a question about a new password counts like a submission, by the person’s address where a client asks', async () => {
  const service = await startWithClients({ REKEY_LIMIT_ADDRESS: '1/15m' })
  const asked = { ...question, clientAddress: '203.0.113.1' }
  expect((await send(service, asked, undefined, POLICY)).status).toBe(200)
  expect((await send(service, asked, undefined, POLICY)).status).toBe(429)
  expect((await send(service, question, '', POLICY)).status).toBe(200)
  expect((await send(service, question, '', POLICY)).status).toBe(429)
})

it('a question about a new password that is none is told what is wrong', async () => {
  const service = await startWithClients()
  const unknown = await send(service, { ...question, clientAddress: '203.0.113.1' }, '', POLICY)
  expect(unknown.body.errors).toMatchObject([{ pointer: '/clientAddress' }])
  expect(gist(await send(service, {}, '', POLICY))).toBe('400 invalid-request')
  expect(gist(await send(service, question, 'Bearer x', POLICY))).toBe('401 invalid-token')
  const crossSite = await service.http.post(POLICY).set('sec-fetch-site', 'cross-site').send(question)
  expect(gist(crossSite)).toBe('403 cross-site-request')
})
