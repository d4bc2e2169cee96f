import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD, post } from '../kit/submissions.js'

const wrong = byMailbox({ currentPassword: 'wrong' })

it('the limit per address counts every submission but a change, before it is read', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '4/15m' } })
  // The audit log waits for more refusals of this kind. Without this, time would pass meanwhile.
  const held = service.clock.hold()
  await service.http.post(CHANGES).send('{')
  await service.http.post(CHANGES).set('content-type', 'text/plain').send('x')
  await service.http.post('/').type('form').send('')
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  await service.http.post('/').type('form').send('')
  const calls = service.panel.calls.length

  const limited = await post(service, 'x'.repeat(100_000))
  expect(gist(limited)).toBe('429 too-many-attempts')
  expect(limited.get('retry-after')).toBe('900')
  expect(limited.body.detail).toBe('Try again in 15 minutes. Nothing was changed.')
  expect(limited.get('ratelimit')).toBe('"address"; r=0; t=900')
  expect(limited.get('ratelimit-policy')).toMatch(/^"address"; q=4; w=900; pk=:[^:]*:$/)
  const page = await service.http.post('/').type('form').send('email=x')
  expect(page.status).toBe(429)
  expect(page.text).toContain('Try again in 15 minutes.')
  expect(service.panel.calls).toHaveLength(calls)
  expect(service.attempts().at(-1)).toMatchObject({ code: 'too-many-attempts', limit: 'address' })

  held.release()
  service.clock.advance(15 * 60_000)
  expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
})

it('the limit per address ignores what is not a submission', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '1/15m' } })
  await post(service, wrong)
  for (const path of ['/', '/healthz', '/api/v1/password-policy']) {
    expect((await service.http.get(path)).status).toBe(200)
  }
})

it('the limit per network counts an IPv6 /48 network and an IPv4 /24 network as one, except exempt ones', async () => {
  const service = await startService({
    environment: {
      REKEY_LIMIT_NETWORK: '1/15m',
      REKEY_LIMIT_EXEMPT: '192.0.2.0/24',
      REKEY_TRUST_PROXY: 'loopback',
    },
  })
  const from = async (address: string) =>
    (await service.http.post(CHANGES).set('x-forwarded-for', address).send(wrong)).status
  expect(await from('2001:db8:0:12::1')).toBe(403)
  expect(await from('2001:db8:0:34::2')).toBe(429)
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'network' })
  expect(await from('2001:db8:1:12::1')).toBe(403)
  expect(await from('203.0.113.1')).toBe(403)
  expect(await from('203.0.113.2')).toBe(429)
  expect(await from('203.0.114.1')).toBe(403)
  for (const host of [1, 2, 3]) expect(await from(`192.0.2.${host}`)).toBe(403)
})

it('the limit on failures stops guesses at a mailbox from one address, even right ones, without a panel command', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '3/15m', REKEY_TRUST_PROXY: 'loopback' },
  })
  for (let guess = 0; guess < 3; guess++)
    expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
  const calls = service.panel.calls.length
  service.clock.advance(5 * 60_000)
  const limited = await post(service, byMailbox())
  expect(gist(limited)).toBe('429 too-many-attempts')
  expect(limited.get('retry-after')).toBe('600')
  expect(limited.get('ratelimit')).toBe(
    '"address"; r=996; t=3300, "network"; r=996; t=3300, "failures"; r=0; t=600',
  )
  expect(limited.get('ratelimit-policy')).toMatch(
    /^"address"; q=1000; w=3600; pk=:.*:, "network"; q=1000; w=3600; pk=:.*:, "failures"; q=3; w=900$/,
  )
  expect(service.panel.calls).toHaveLength(calls)
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'failures', mailbox: 'info@example.org' })

  expect(gist(await post(service, byMailbox({ email: 'INFO@Example.org' })))).toBe('429 too-many-attempts')
  const elsewhere = await service.http.post(CHANGES).set('x-forwarded-for', '203.0.113.7').send(byMailbox())
  expect(gist(elsewhere)).toBe('200 changed')
  service.clock.advance(15 * 60_000)
  expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
})

it('the limit on failures stops guesses at a hosting account, whichever mailbox they name', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_FAILURES: '3/15m' } })
  for (const box of ['info', 'sales', 'legacy']) {
    await post(service, byAccount({ password: 'wrong' }, { email: `${box}@example.org` }))
  }
  expect(gist(await post(service, byAccount({}, { email: 'paused@example.org' })))).toBe(
    '429 too-many-attempts',
  )
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('the limit on failures keeps one address from using up what others may try', async () => {
  const limits = { REKEY_LIMIT_FAILURES: '2/15m', REKEY_LIMIT_TARGET: '4/1h' }
  const service = await startService({ environment: { ...limits, REKEY_TRUST_PROXY: 'loopback' } })
  for (let guess = 0; guess < 10; guess++) await post(service, wrong)
  const elsewhere = await service.http.post(CHANGES).set('x-forwarded-for', '203.0.113.7').send(byMailbox())
  expect(gist(elsewhere)).toBe('200 changed')
})

it('the limit on failures can’t be passed by parallel attempts', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_FAILURES: '3/15m' } })
  const responses = await Promise.all(Array.from({ length: 20 }, () => post(service, wrong)))
  expect(responses.filter((response) => response.status === 403)).toHaveLength(3)
  const limited = responses.filter((response) => response.status === 429)
  expect(limited).toHaveLength(17)
  expect(new Set(limited.map((response) => response.get('retry-after')))).toEqual(new Set(['900']))
})

it('the limit on failures is not reached by an owner who changes more mailboxes in parallel', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '1/15m', REKEY_LIMIT_TARGET: '2/1h' },
  })
  const mailboxes = ['info@example.org', 'sales@example.org', 'legacy@example.org']
  const changes = await Promise.all(mailboxes.map((email) => post(service, byAccount({}, { email }))))
  expect(changes.map(gist)).toEqual(mailboxes.map(() => '200 changed'))
})

it('the limit on failures forgets only the failures of an address with the mailbox that it proves', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '3/15m', REKEY_TRUST_PROXY: 'loopback' },
  })
  const from = async (address: string, body: object) =>
    gist(await service.http.post(CHANGES).set('x-forwarded-for', address).send(body))
  const [here, there] = ['203.0.113.7', '203.0.113.8']
  for (const address of [here, here, there, there]) await from(address, wrong)
  expect(await from(here, byMailbox())).toBe('200 changed')
  for (let guess = 0; guess < 3; guess++) expect(await from(here, wrong)).toBe('403 invalid-credentials')
  expect(await from(here, wrong)).toBe('429 too-many-attempts')
  expect(await from(there, wrong)).toBe('403 invalid-credentials')
  expect(await from(there, wrong)).toBe('429 too-many-attempts')
})

it('twenty guesses of strangers lock out neither webmail nor an address that has proven the mailbox before', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_TARGET: '2/1h', REKEY_TRUST_PROXY: 'loopback' },
  })
  const from = async (address: string, body: object) =>
    gist(await service.http.post(CHANGES).set('x-forwarded-for', address).send(body))
  expect(await from('2001:db8:1:2::3', byMailbox())).toBe('200 changed')
  for (const host of [1, 2]) await from(`198.51.100.${host}`, wrong)
  const current = { currentPassword: NEW_PASSWORD }
  expect(await from('198.51.100.3', byMailbox(current))).toBe('429 too-many-attempts')
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'target' })
  const next = { newPassword: 'another wholly new secret' }
  expect(await from('2001:db8:1:2::4', byMailbox({ ...current, ...next }))).toBe('200 changed')
  const webmail = { email: 'info@example.org', password: next.newPassword, new: NEW_PASSWORD }
  expect((await service.http.post('/reset/mail/').type('form').send(webmail)).text).toBe('==ok==')
})

it('an office of ten behind one address gets through, each with two mistakes in the new password', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '30/15m' } })
  const statuses: string[] = []
  for (const email of Array.from({ length: 10 }, (_, index) => `nobody${index}@example.org`)) {
    for (const newPassword of ['short', NEW_PASSWORD]) {
      statuses.push(gist(await post(service, byMailbox({ email, newPassword }))))
    }
    statuses.push(
      gist(await post(service, byAccount({}, { newPassword: `${NEW_PASSWORD} ${statuses.length}` }))),
    )
  }
  expect(statuses.filter((status) => status === '429 too-many-attempts')).toEqual([])
  expect(statuses.filter((status) => status === '200 changed')).toHaveLength(10)
})

it('the limit on failures shows the full wait as soon as a guess was refused, even before the refusal is sent', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '1/15m', REKEY_REFUSAL_DELAY_MS: '1000' },
  })
  const held = service.clock.hold()
  const first = post(service, wrong)
  await held.asked
  expect((await post(service, wrong)).get('retry-after')).toBe('900')
  held.release()
  expect(gist(await first)).toBe('403 invalid-credentials')
})

it('the limit on failures ignores successes, passwords that break the rules, and a panel that is away', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '2/15m', REKEY_LIMIT_TARGET: '2/1h' },
  })
  let current = 'info mail pw'
  for (const newPassword of ['the first new secret', 'the second new secret', 'the third new secret']) {
    expect(gist(await post(service, byMailbox({ currentPassword: current, newPassword })))).toBe(
      '200 changed',
    )
    current = newPassword
  }
  for (let index = 0; index < 3; index++) {
    expect(gist(await post(service, byMailbox({ newPassword: 'short' })))).toBe('422 password-rejected')
  }
  service.panel.failNext('v-get-mail-account-value', { kind: 'exit', run: false, code: 14 }, 3)
  for (let index = 0; index < 3; index++) expect(gist(await post(service, wrong))).toBe('503 panel-busy')
  expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
  expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
  expect(gist(await post(service, wrong))).toBe('429 too-many-attempts')
})

it('the limit on failures counts passwords that the panel would misread, though no command is sent', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_FAILURES: '2/15m' } })
  const sly = byAccount({ password: '-x' })
  await post(service, sly)
  await post(service, sly)
  expect(gist(await post(service, sly))).toBe('429 too-many-attempts')
})

it('the limit per target shows the longer wait if the limit on failures is reached too', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_FAILURES: '1/15m', REKEY_LIMIT_TARGET: '1/1h' },
  })
  await post(service, wrong)
  const limited = await post(service, wrong)
  expect(limited.get('retry-after')).toBe('3600')
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'target' })
})

it('the limit per target stops guesses at a mailbox from many addresses', async () => {
  const service = await startService({
    environment: { REKEY_LIMIT_TARGET: '4/1h', REKEY_TRUST_PROXY: 'loopback' },
  })
  const from = async (address: string) =>
    gist(await service.http.post(CHANGES).set('x-forwarded-for', address).send(wrong))
  for (let host = 1; host <= 4; host++)
    expect(await from(`203.0.113.${host}`)).toBe('403 invalid-credentials')
  expect(await from('203.0.113.5')).toBe('429 too-many-attempts')
  expect(service.attempts().at(-1)).toMatchObject({ limit: 'target' })
})

it('the client address can’t be forged if no proxy is trusted', async () => {
  const service = await startService()
  await service.http.post(CHANGES).set('x-forwarded-for', '203.0.113.7').send(byAccount())
  expect(service.attempts()[0]).toMatchObject({ clientAddress: '127.0.0.1' })
  expect(service.panel.authLog[0]).toMatchObject({ address: '127.0.0.1' })
})

it.each([
  ['1', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['loopback', '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['2', '198.51.100.1, 203.0.113.7', '198.51.100.1'],
  ['127.0.0.0/8,203.0.113.0/24', '198.51.100.1, 203.0.113.7', '198.51.100.1'],
  ['1', '::ffff:203.0.113.7', '203.0.113.7'],
  ['1', '2001:DB8::0007', '2001:db8::7'],
  ['1', 'unknown', '127.0.0.1'],
  ['1', "'; drop", '127.0.0.1'],
  ['10.0.0.1', '203.0.113.7', '127.0.0.1'],
])(
  'the client address behind a proxy trusted as %s that says %s is %s',
  async (trust, forwarded, expected) => {
    const service = await startService({ environment: { REKEY_TRUST_PROXY: trust } })
    await service.http.post(CHANGES).set('x-forwarded-for', forwarded).send(byAccount())
    expect(service.attempts()[0]).toMatchObject({ clientAddress: expected, code: 'changed' })
    expect(service.panel.authLog.map(({ address }) => address)).toEqual([expected])
  },
)
