import { expect, it, vi } from 'vitest'
import { startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post, warmUp } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { totp } from '../panel-simulator/commands/totp.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const CHECK = 'v-check-user-password'
const CODE = 'v-check-user-2fa'
const ACCOUNT = 'v-list-user'

/**
 * Holds the next calls of these commands until all have arrived, which only happens if they run in parallel. Returns the calls
 * that the panel had received by then.
 */
async function whenAllArrived(service: TestService, commands: readonly string[]): Promise<string[]> {
  const holds = commands.map((command) => service.panel.hold(command))
  await Promise.all(holds.map((hold) => hold.arrived))
  const seen = service.commands()
  for (const hold of holds) hold.release()
  return seen
}

/** Each call with its arguments, in order of arrival. */
function callsOf({ panel }: TestService): string[][] {
  return panel.calls.map(({ command, args }) => [command, ...args])
}

/** The key is checked at the start, as in a running service. Those calls are left out. */
async function startCheckedService(environment: Record<string, string> = {}): Promise<TestService> {
  const service = await startService({ environment })
  await service.app.watch()
  await warmUp(service)
  service.panel.calls.length = 0
  return { ...service, attempts: () => service.attempts().slice(1) }
}

it('a change with proof by mailbox is made, answered and logged', async () => {
  const service = await startCheckedService()
  const response = await post(service, byMailbox())
  expect(response.status).toBe(200)
  expect(response.body).toEqual({ code: 'changed' })
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.panel.loginFile('example.org').filter((line) => line.startsWith('info:'))).toHaveLength(1)
  const durationMs = expect.any(Number)
  expect(service.attempts()).toEqual([
    expect.objectContaining({
      level: 30,
      code: 'changed',
      evidence: 'answered',
      proof: 'mailbox',
      mailbox: 'info@example.org',
      clientAddress: '127.0.0.1',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      durationMs,
      panelMs: durationMs,
      commands: [
        { command: OWNER, result: 0, durationMs },
        { command: VALUE, result: 0, durationMs },
        { command: CHANGE, result: 0, durationMs },
      ],
    }),
  ])
})

it('a change with proof by mailbox takes three commands one after another, and two once the domain’s owner is known', async () => {
  const service = await startCheckedService()
  await post(service, byMailbox())
  expect(callsOf(service)).toEqual([
    [OWNER, 'example.org', 'mail'],
    [VALUE, 'alice', 'example.org', 'info', 'md5'],
    [CHANGE, 'alice', 'example.org', 'info', NEW_PASSWORD],
  ])

  service.panel.calls.length = 0
  service.clock.advance(1)
  await post(service, byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another new secret' }))
  expect(service.commands()).toEqual([VALUE, CHANGE])
})

it('a change with proof by mailbox of a name with a dot is asked for by patterns, side by side, and sent by its plain name', async () => {
  const service = await startCheckedService()
  const solo = byMailbox({ email: 'solo.name@example.org', currentPassword: 'solo mail pw' })
  const [response, seen] = await Promise.all([post(service, solo), whenAllArrived(service, [VALUE, VALUE])])
  expect(gist(response)).toBe('200 changed')
  expect(seen).toEqual([OWNER, VALUE, VALUE])
  expect(callsOf(service).slice(1).toSorted()).toEqual([
    [CHANGE, 'alice', 'example.org', 'solo.name', NEW_PASSWORD],
    [VALUE, 'alice', 'example.org', 'solo[^.]name', 'account'],
    [VALUE, 'alice', 'example.org', 'solo\\.name', 'md5'],
  ])
})

it('a change with proof by mailbox counts for nothing once the mailbox was changed while it was checked, though nobody had to wait', async () => {
  const service = await startCheckedService({ REKEY_TRUST_PROXY: '1' })
  const hold = service.panel.hold(VALUE)
  const late = post(service, byMailbox({ newPassword: 'the secret of a thief' }), '203.0.113.9')
  await hold.arrived
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
  hold.release()
  expect(gist(await late)).toBe('403 invalid-credentials')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
})

it('a change with proof by mailbox asks for the owner again after a day, and at once when the domain has moved', async () => {
  const service = await startCheckedService()
  const tryIt = (email: string) => post(service, byMailbox({ email, currentPassword: 'wrong' }))
  // A check of the key has no arguments.
  const owners = () => callsOf(service).filter(([command, domain]) => command === OWNER && domain).length
  await tryIt('info@example.org')
  service.clock.advance(24 * 60 * 60_000 - 5000)
  await tryIt('info@example.org')
  expect(owners()).toBe(1)
  service.clock.advance(5000)
  await tryIt('info@example.org')
  expect(owners()).toBe(2)

  const output = "Error: mail domain example.org doesn't exist"
  service.panel.failNext(VALUE, { kind: 'exit', run: false, code: 3, output })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(owners()).toBe(3)
})

it('a change with proof by mailbox is made at the first try after its domain has moved and the former account was deleted', async () => {
  const service = await startCheckedService({ REKEY_LIMIT_FAILURES: '1/15m' })
  expect(gist(await post(service, byMailbox({ currentPassword: 'wrong' })))).toBe('403 invalid-credentials')
  service.panel.moveDomain('example.org', { owner: 'bob' })
  service.panel.deleteAccount('alice')
  service.panel.calls.length = 0
  const sales = byMailbox({ email: 'sales@example.org', currentPassword: 'sales mail pw' })
  expect(gist(await post(service, sales))).toBe('200 changed')
  expect(callsOf(service).map(([command, name]) => [command, name])).toEqual([
    [VALUE, 'alice'],
    [OWNER, 'example.org'],
    [VALUE, 'bob'],
    [CHANGE, 'bob'],
  ])
})

it('a change with proof by mailbox that is refused leaves nothing behind in which an unknown mailbox would show', async () => {
  const service = await startCheckedService()
  const commandsOf = async (email: string): Promise<string[]> => {
    service.panel.calls.length = 0
    expect(gist(await post(service, byMailbox({ email, currentPassword: 'wrong' })))).toBe(
      '403 invalid-credentials',
    )
    return service.commands()
  }
  expect(await commandsOf('nobody@example.org')).toEqual([OWNER, VALUE])
  for (const email of ['nobody@example.org', 'info@example.org', 'nobody@example.org', 'info@example.org']) {
    expect(await commandsOf(email)).toEqual([VALUE])
  }
})

it('a change with proof by mailbox whose proof was overtaken by another change is not made', async () => {
  const service = await startCheckedService()
  const hold = service.panel.hold(CHANGE)
  const owner = post(service, byMailbox())
  await hold.arrived
  const verified = service.panel.hold(VALUE)
  const thief = post(service, byMailbox({ newPassword: 'the secret of a thief' }))
  const twice = post(service, byMailbox())
  await verified.arrived
  verified.release()
  await vi.waitUntil(() => service.commands().filter((command) => command === VALUE).length === 3)
  hold.release()
  expect((await Promise.all([owner, thief, twice])).map(gist)).toEqual([
    '200 changed',
    '403 invalid-credentials',
    '200 changed',
  ])
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.commands().filter((command) => command === CHANGE)).toHaveLength(1)
})

it.each([
  ['sales@example.org', 'sales mail pw'],
  ['legacy@example.org', 'legacy mail pw'],
  ['Bob@Bob.Example.COM', 'bob mail pw'],
  ['john-doe@example.org', 'john-doe mail pw'],
])('a change with proof by mailbox is made for %s', async (email, currentPassword) => {
  const service = await startService()
  expect(gist(await post(service, byMailbox({ email, currentPassword })))).toBe('200 changed')
  expect(await service.panel.accepts(email.toLowerCase(), NEW_PASSWORD)).toBe(true)
})

it.each(['kontakt@bücher.example', 'kontakt@xn--bcher-kva.example'])(
  'a change with proof by mailbox is made for a domain that the panel knows in Unicode: %s',
  async (email) => {
    const service = await startService()
    const response = await post(service, byMailbox({ email, currentPassword: 'kontakt mail pw' }))
    expect(gist(response)).toBe('200 changed')
    expect(await service.panel.accepts('kontakt@bücher.example', NEW_PASSWORD)).toBe(true)
  },
)

it('a change with proof by mailbox looks for a domain that is not known in Unicode under its punycode too', async () => {
  const service = await startCheckedService()
  const email = 'info@müller.example'
  expect(gist(await post(service, byMailbox({ email })))).toBe('403 invalid-credentials')
  expect(service.panel.calls.map((call) => call.args)).toEqual([
    ['müller.example', 'mail'],
    ['xn--mller-kva.example', 'mail'],
  ])
})

it.each([
  ['a wrong password', { currentPassword: 'wrong' }],
  ['an unknown mailbox', { email: 'nobody@example.org' }],
  ['an unknown domain', { email: 'info@unknown.example' }],
  ['the mailbox’s hash read by another one’s wildcard name', { email: 'inf.@example.org' }],
  ['a domain that exists by wildcard only', { email: 'info@exam.le.org' }],
  ['a name that the panel gives to no mailbox', { email: '-@example.org' }],
])('a change with proof by mailbox is refused for %s', async (_what, more) => {
  const service = await startService()
  const before = service.panel.loginFile('example.org')
  expect(gist(await post(service, byMailbox(more)))).toBe('403 invalid-credentials')
  expect(service.commands()).not.toContain(CHANGE)
  expect(service.panel.loginFile('example.org')).toEqual(before)
})

it.each([
  ['mailbox', 'paused@example.org', 'paused mail pw'],
  ['domain', 'post@paused.example', 'post mail pw'],
  ['account', 'carol@carol.example', 'carol mail pw'],
])(
  'a change with proof by mailbox of a suspended %s is told so, if the password is right',
  async (_what, email, currentPassword) => {
    const service = await startService()
    expect(gist(await post(service, byMailbox({ email, currentPassword })))).toBe('403 mailbox-suspended')
    expect(gist(await post(service, byMailbox({ email, currentPassword: 'wrong' })))).toBe(
      '403 invalid-credentials',
    )
    expect(await service.panel.accepts(email, currentPassword)).toBe(true)
  },
)

it('a change with proof by mailbox that would damage a sibling is not made, and is a warning in the log', async () => {
  const service = await startCheckedService()
  const john = { email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' }
  const before = service.panel.loginFile('example.org')
  expect(gist(await post(service, byMailbox(john)))).toBe('409 mailbox-ambiguous')
  expect(service.attempts()[0]).toMatchObject({ level: 40, code: 'mailbox-ambiguous' })
  expect(gist(await post(service, byMailbox({ ...john, currentPassword: 'john-doe mail pw' })))).toBe(
    '403 invalid-credentials',
  )
  expect(gist(await post(service, byMailbox({ ...john, email: 'john_doe@example.org' })))).toBe(
    '403 invalid-credentials',
  )
  expect(service.panel.loginFile('example.org')).toEqual(before)
  expect(service.commands()).not.toContain(CHANGE)
})

it('a change proved by the hosting account takes two commands one after another', async () => {
  const service = await startCheckedService()
  const [response, seen] = await Promise.all([
    post(service, byAccount()),
    whenAllArrived(service, [CHECK, ACCOUNT]),
  ])
  expect(gist(response)).toBe('200 changed')
  expect(seen.toSorted()).toEqual([CHECK, ACCOUNT].toSorted())
  expect(service.commands().slice(2)).toEqual([CHANGE])
  expect(service.panel.calls[0]?.args).toEqual(['alice', 'alice panel pw', '127.0.0.1'])
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.attempts()[0]).toMatchObject({
    proof: 'account',
    account: 'alice',
    mailbox: 'info@example.org',
  })
})

it('a change proved by the hosting account leaves the time that the panel took in the log, commands side by side counted once', async () => {
  const service = await startCheckedService()
  const answer = post(service, byAccount())
  const holds = [CHECK, ACCOUNT].map((command) => service.panel.hold(command))
  await Promise.all(holds.map((hold) => hold.arrived))
  service.clock.advance(10_000)
  for (const hold of holds) hold.release()
  await answer
  expect(service.attempts()[0]).toMatchObject({ panelMs: 10_000, durationMs: 10_000 })
})

it('a change proved by the hosting account asks whether a name with a dot has siblings before it is sent', async () => {
  const service = await startCheckedService()
  const solo = byAccount({}, { email: 'solo.name@example.org' })
  expect(gist(await post(service, solo))).toBe('200 changed')
  expect(callsOf(service).slice(2)).toEqual([
    [VALUE, 'alice', 'example.org', 'solo[^.]name', 'account'],
    [CHANGE, 'alice', 'example.org', 'solo.name', NEW_PASSWORD],
  ])
})

it.each(['kontakt', 'kon.takt'])(
  'a change proved by the hosting account is made under the other form of the domain if the panel does not know the first one: %s',
  async (localPart) => {
    const service = await startCheckedService()
    service.panel.moveDomain('bücher.example', { name: 'xn--bcher-kva.example' })
    const response = await post(service, byAccount({}, { email: `${localPart}@bücher.example` }))
    const found = localPart === 'kontakt'
    expect(gist(response)).toBe(found ? '200 changed' : '404 mailbox-not-found')
    const changes = callsOf(service).filter(([command]) => command === CHANGE)
    expect(changes.map(([, , domain]) => domain)).toEqual(['bücher.example', 'xn--bcher-kva.example'])
    expect(await service.panel.accepts('kontakt@xn--bcher-kva.example', NEW_PASSWORD)).toBe(found)
  },
)

it('a change proved by the hosting account asks for siblings under each form of the domain before it is sent there', async () => {
  const service = await startCheckedService()
  service.panel.moveDomain('example.org', { name: 'xn--bcher-kva.example' })
  service.panel.moveDomain('bücher.example', { name: 'other.example' })
  const response = await post(service, byAccount({}, { email: 'john.doe@bücher.example' }))
  expect(gist(response)).toBe('409 mailbox-ambiguous')
  expect(service.panel.mailbox('john-doe@xn--bcher-kva.example')?.loginLines).toHaveLength(1)
})

it('a change proved by the hosting account asks for the one-time code where two-factor authentication is on, and checks it after the rest', async () => {
  const service = await startCheckedService()
  const dave = (code?: string) =>
    byAccount({ username: 'dave', password: 'dave panel pw', code }, { email: 'dave@dave.example' })
  expect(gist(await post(service, dave()))).toBe('403 code-required')
  expect(gist(await post(service, dave('000000')))).toBe('403 invalid-credentials')
  expect(service.commands()).not.toContain(CHANGE)

  const code = totp('JBSWY3DPEHPK3PXP', Date.now())
  service.panel.calls.length = 0
  expect(gist(await post(service, dave(code)))).toBe('200 changed')
  expect(service.commands()).toEqual([CHECK, ACCOUNT, CODE, CHANGE])
})

it('a change proved by the hosting account costs a guess no one-time code, and the rest beside the password only where the panel has room', async () => {
  const service = await startCheckedService()
  await post(service, byAccount({ username: 'dave', password: 'wrong', code: '123456' }))
  await post(service, byAccount({ password: 'wrong' }, { email: 'john.doe@example.org' }))
  await post(service, byMailbox({ email: 'john.doe@example.org', currentPassword: 'wrong' }))
  expect(service.commands()).not.toContain(CODE)
  expect(service.commands().length).toBeLessThanOrEqual(2 + 3 + 3)
})

it('a change proved by the hosting account does not say that a code is wanted, or that a mailbox is missing, to a wrong password', async () => {
  const service = await startService()
  const wrong = { password: 'wrong', code: totp('JBSWY3DPEHPK3PXP', Date.now()) }
  for (const username of ['dave', 'alice', 'carol']) {
    for (const email of [
      'dave@dave.example',
      'nobody@example.org',
      'carol@carol.example',
      'john.doe@example.org',
    ]) {
      for (const account of [
        { ...wrong, username },
        { username, password: 'wrong' },
      ]) {
        expect(gist(await post(service, byAccount(account, { email })))).toBe('403 invalid-credentials')
      }
    }
  }
})

it('a change proved by the hosting account takes a code as no harm where the account has no two-factor authentication', async () => {
  const service = await startService()
  expect(gist(await post(service, byAccount({ code: '000000' })))).toBe('200 changed')
})

it.each([
  ['of a disabled login', 'erin', 'erin@erin.example'],
  ['limited to other addresses', 'frank', 'frank@frank.example'],
  ['of an administrator', 'admin', 'info@example.org'],
  ['that does not exist', 'nobody', 'info@example.org'],
  ['of the system', 'root', 'info@example.org'],
  ['of a name that the panel gives to none', 'a-', 'info@example.org'],
  ['of a name that is too long', 'a'.repeat(60), 'info@example.org'],
])('a change proved by the hosting account is refused for an account %s', async (_what, username, email) => {
  const service = await startService()
  const password = username === 'admin' ? 'Adm1n-secret' : `${username} panel pw`
  for (const code of [undefined, '123456']) {
    const body = byAccount({ username, password, code }, { email })
    expect(gist(await post(service, body))).toBe('403 invalid-credentials')
  }
  expect(service.commands()).not.toContain(CHANGE)
})

it.each(['198.51.100.7', '2001:DB8:0:0::7', '::ffff:198.51.100.7'])(
  'a change proved by the hosting account is made for an account limited to addresses, from one of them: %s',
  async (address) => {
    const service = await startService({ environment: { REKEY_TRUST_PROXY: 'loopback' } })
    const response = await service.http
      .post('/api/v1/password-changes')
      .set('x-forwarded-for', address)
      .send(byAccount({ username: 'frank', password: 'frank panel pw' }, { email: 'frank@frank.example' }))
    expect(gist(response)).toBe('200 changed')
  },
)

it('a change proved by the hosting account of an administrator is made where the operator allows it', async () => {
  const service = await startService({ environment: { REKEY_ALLOW_ADMIN_ACCOUNTS: 'true' } })
  const admin = byAccount({ username: 'admin', password: 'Adm1n-secret' })
  expect(gist(await post(service, admin))).toBe('404 mailbox-not-found')
})

it('a change proved by the hosting account is told that the account has no such mailbox, if the credentials are right', async () => {
  const service = await startService()
  const before = service.panel.loginFile('example.org')
  for (const email of [
    'nobody@example.org',
    'bob@bob.example.com',
    'inf.@example.org',
    'info@exam.le.org',
    'joh..doe@example.org',
  ]) {
    expect(gist(await post(service, byAccount({}, { email })))).toBe('404 mailbox-not-found')
  }
  expect(service.panel.loginFile('example.org')).toEqual(before)
  expect(callsOf(service).filter(([command, , , name]) => command === CHANGE && name?.includes('.'))).toEqual(
    [],
  )
})

it('a change proved by the hosting account of a suspended account, domain or mailbox is told so', async () => {
  const service = await startService()
  const carol = { username: 'carol', password: 'carol panel pw' }
  const bob = { username: 'bob', password: 'bob panel pw' }
  expect(gist(await post(service, byAccount(carol, { email: 'carol@carol.example' })))).toBe(
    '403 mailbox-suspended',
  )
  expect(service.commands()).not.toContain(CHANGE)
  expect(gist(await post(service, byAccount(bob, { email: 'post@paused.example' })))).toBe(
    '403 mailbox-suspended',
  )
  expect(gist(await post(service, byAccount({}, { email: 'paused@example.org' })))).toBe(
    '403 mailbox-suspended',
  )
})

it('a change proved by the hosting account that would damage a sibling is not made', async () => {
  const service = await startService()
  const before = service.panel.loginFile('example.org')
  expect(gist(await post(service, byAccount({}, { email: 'john.doe@example.org' })))).toBe(
    '409 mailbox-ambiguous',
  )
  expect(service.panel.loginFile('example.org')).toEqual(before)
})

it('a new password that breaks rules is rejected before any call, with every reason', async () => {
  const service = await startService()
  const response = await post(service, byMailbox({ newPassword: ' info ' }))
  expect(gist(response)).toBe('422 password-rejected')
  expect(response.body.reasons.map((reason: { code: string }) => reason.code)).toEqual([
    'too-short',
    'outer-space',
    'contains-address',
    'too-weak',
  ])
  expect(response.body.reasons[0].message).toContain('12')
  expect(service.commands()).toEqual([])
  expect(service.attempts()[0]).toMatchObject({
    code: 'password-rejected',
    reasons: ['too-short', 'outer-space', 'contains-address', 'too-weak'],
  })
})

it('a change with proof by mailbox takes it in the other normal form, with the same commands, as one guess', async () => {
  const composed = 'ein schönes Wörterbuch'
  const service = await startCheckedService({ REKEY_LIMIT_FAILURES: '2/15m' })
  expect(gist(await post(service, byMailbox({ newPassword: composed })))).toBe('200 changed')
  service.clock.advance(1)
  const wrong = byMailbox({ currentPassword: 'ein falsches Wörterbuch'.normalize('NFD') })
  expect(gist(await post(service, wrong))).toBe('403 invalid-credentials')
  service.panel.calls.length = 0
  const decomposed = byMailbox({ currentPassword: composed.normalize('NFD') })
  expect(gist(await post(service, decomposed))).toBe('200 changed')
  expect(service.commands()).toEqual([VALUE, CHANGE])
})

it('a new password may not be the present one', async () => {
  const service = await startService({ environment: { REKEY_PASSWORD_MIN_LENGTH: '8' } })
  const same = { currentPassword: 'sales mal pw', newPassword: 'sales mal pw', email: 'info@example.org' }
  const response = await post(service, byMailbox(same))
  expect(response.body.reasons).toEqual([expect.objectContaining({ code: 'same-as-current' })])
})

it('a new password may not be the present one with a digit raised, and costs the panel nothing', async () => {
  const service = await startService()
  const next = { currentPassword: 'violet kettle maps 7', newPassword: 'violet kettle maps 8' }
  const response = await post(service, byMailbox(next))
  expect(response.body.reasons).toMatchObject([{ code: 'similar-to-current' }])
  expect(service.commands()).toEqual([])
})

it('a new password may not be that of the hosting account, where that proves the change', async () => {
  const service = await startService()
  const response = await post(service, byAccount({}, { newPassword: 'alice panel pw' }))
  expect(response.body.reasons).toContainEqual({
    code: 'same-as-account',
    message: 'Choose a password that differs from the hosting account’s.',
  })
  expect(service.commands()).toEqual([])
})

it('an operator may offer one way of proof alone: the other one is an unknown member', async () => {
  const mailboxOnly = await startService({ environment: { REKEY_PROOFS: 'mailbox' } })
  expect((await post(mailboxOnly, byAccount())).body.errors).toContainEqual({
    pointer: '/account',
    message: 'This member is not known.',
  })
  expect(gist(await post(mailboxOnly, byMailbox()))).toBe('200 changed')
  const accountOnly = await startService({ environment: { REKEY_PROOFS: 'account' } })
  expect((await post(accountOnly, byMailbox())).body.errors).toContainEqual({
    pointer: '/currentPassword',
    message: 'This member is not known.',
  })
  expect(gist(await post(accountOnly, byAccount()))).toBe('200 changed')
})
