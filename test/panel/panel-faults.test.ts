import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { holdTime } from '../kit/held-time.js'
import { readinessOf, startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post, warmUp } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'
import { type Fault, simulatorCredentials } from '../panel-simulator/simulator.js'

const VALUE = 'v-get-mail-account-value'
const ACCOUNT = 'v-list-user'
const OWNER = 'v-search-domain-owner'
const ADDRESS = 'info@example.org'

const HTML = '<html><body>502 Bad Gateway</body></html>'

function changesSeen(service: TestService): number {
  return service.commands().filter((command) => command === CHANGE).length
}

async function holdsNew(service: TestService): Promise<boolean> {
  return await service.panel.accepts(ADDRESS, NEW_PASSWORD)
}

const TIMEOUT_MS = 5000
const TIMEOUT = { HESTIA_TIMEOUT_MS: `${TIMEOUT_MS}` }

/** Loses the answer to a change of info@example.org, and holds the first call that confirms the outcome. */
async function loseAndConfirm(service: TestService, when: 'before-run' | 'after-run') {
  await service.app.watch()
  service.panel.failNext(CHANGE, { kind: 'reset', when })
  const verified = service.panel.hold(ACCOUNT)
  const answer = post(service, byAccount())
  await verified.arrived
  const confirmation = service.panel.hold(VALUE)
  verified.release()
  await confirmation.arrived
  return { answer, confirmation }
}

/** Loses the answer to a change, and lets time pass if the panel stays silent. */
function loseAnswer({ panel }: TestService, fault: (begun: () => void) => Fault): void {
  let isSilent = false
  panel.failNext(
    CHANGE,
    fault(() => {
      isSilent = true
    }),
  )
  void holdTime().pass(TIMEOUT_MS, () => isSilent)
}

/** Ways in which the answer to a change gets lost, whether it was made or not. */
const losses: readonly (readonly [string, (run: boolean, begun: () => void) => Fault])[] = [
  ['a reset', (run) => ({ kind: 'reset', when: run ? 'after-run' : 'before-run' })],
  ['silence', (run, begun) => ({ kind: 'silence', run, begun })],
  ['a proxy’s page', (run) => ({ kind: 'answer', run, status: 502, body: HTML })],
  ['a page with status 200', (run) => ({ kind: 'answer', run, status: 200, body: HTML })],
  ['an empty error', (run) => ({ kind: 'answer', run, status: 500, body: '' })],
  ['an endless text', (run) => ({ kind: 'answer', run, status: 200, body: 'x'.repeat(1_000_000) })],
  [
    'a refusal that says it succeeded',
    (run) => ({ kind: 'answer', run, status: 400, headers: { 'Hestia-Exit-Code': '0' }, body: '0' }),
  ],
  ['a bare success', (run) => ({ kind: 'answer', run, status: 200, body: '0' })],
  ['a code that says nothing', (run) => ({ kind: 'exit', run, code: 20 })],
]

it.each(losses)(
  'a change whose response is lost by %s, but was made, is answered as changed',
  async (_what, fault) => {
    const service = await startService({ environment: TIMEOUT })
    loseAnswer(service, (begun) => fault(true, begun))
    expect(gist(await post(service, byMailbox()))).toBe('200 changed')
    expect(await holdsNew(service)).toBe(true)
    expect(changesSeen(service)).toBe(1)
    expect(service.attempts()[0]).toMatchObject({ code: 'changed', evidence: 'confirmed' })
  },
)

it.each(losses)(
  'a change whose response is lost by %s, and was not made, is answered as not confirmed',
  async (what, fault) => {
    const service = await startService({ environment: TIMEOUT })
    loseAnswer(service, (begun) => fault(false, begun))
    const response = await post(service, byMailbox())
    const ended = what === 'a code that says nothing'
    expect(gist(response)).toBe('504 change-not-confirmed')
    expect(response.headers['retry-after']).toBe('30')
    expect(response.body.detail).toContain('At the last check')
    expect(await holdsNew(service)).toBe(false)
    expect(changesSeen(service)).toBe(1)
    expect(service.attempts()[0]).toMatchObject({
      reason: ended ? 'unexpected-exit-code' : 'answer-lost',
    })
    expect(service.clock.waits).toEqual(ended ? [] : [500, 1000, 1500, 2000])
  },
)

it('a change whose response is longer than any of the panel’s is checked, though it begins like one', async () => {
  const service = await startService()
  const body = `0${' '.repeat(1_000_000)}`
  service.panel.failNext(CHANGE, { kind: 'answer', run: true, status: 200, body })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(service.attempts()[0]).toMatchObject({ evidence: 'confirmed' })
})

it('a change whose response is cut off in the middle, but was made, is answered as changed', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'mid-answer' })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(await holdsNew(service)).toBe(true)
})

it('a change whose response is lost is found to be made even if the panel ends its work later', async () => {
  const service = await startService({ environment: TIMEOUT })
  await service.app.watch()
  const time = holdTime()
  const change = service.panel.hold(CHANGE)
  const answer = post(service, byAccount())
  await time.pass(TIMEOUT_MS, change.arrived)
  const firstCheck = service.panel.hold(VALUE)
  await firstCheck.arrived
  const secondCheck = service.panel.hold(VALUE)
  firstCheck.release()
  await secondCheck.arrived
  change.release()
  await vi.waitUntil(() => holdsNew(service))
  secondCheck.release()
  expect(gist(await answer)).toBe('200 changed')
  expect(service.attempts()[0]).toMatchObject({ evidence: 'confirmed' })
})

it('a change whose response is lost and can’t be checked is answered as unknown', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  const answer = post(service, byAccount())
  service.panel.failNext(VALUE, { kind: 'answer', run: false, status: 502, body: HTML }, 20)
  const response = await answer
  expect(gist(response)).toBe('504 outcome-unknown')
  expect(response.body.detail).toContain('Try the new password first')
  expect(service.attempts()[0]).toMatchObject({ code: 'outcome-unknown', level: 50 })
})

it('a change whose response is lost and was not seen to be made locks the domain for half a minute: the panel may still be at work', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' })
  expect(gist(await post(service, byMailbox()))).toBe('504 change-not-confirmed')
  const sales = byAccount({}, { email: 'sales@example.org' })
  const bob = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })
  expect(gist(await post(service, sales))).toBe('503 panel-busy')
  expect(gist(await post(service, bob))).toBe('200 changed')
  service.clock.advance(10_000)
  const waited = service.clock.waits.length
  expect(gist(await post(service, sales))).toBe('200 changed')
  expect(service.clock.waits.slice(waited)).toEqual([20_000])
})

it('a change whose response is lost and was seen to be made locks nothing', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  const waited = service.clock.waits.length
  expect(gist(await post(service, byAccount({}, { email: 'sales@example.org' })))).toBe('200 changed')
  expect(service.clock.waits).toHaveLength(waited)
})

it('a change whose response is lost is sent once, whatever happens', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' }, 5)
  await post(service, byMailbox())
  expect(changesSeen(service)).toBe(1)
})

it('a change whose response is lost keeps the domain locked until its outcome is known', async () => {
  const service = await startService()
  const { answer: first, confirmation } = await loseAndConfirm(service, 'after-run')

  const second = post(service, byAccount({}, { email: 'sales@example.org' }))
  const bob = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })
  expect(gist(await post(service, bob))).toBe('200 changed')
  const changed = service.panel.calls.filter(({ command, args }) => command === CHANGE && args.length > 0)
  expect(changed.map(({ args }) => args[2])).toEqual(['info', 'bob'])
  confirmation.release()
  expect((await Promise.all([first, second])).map(gist)).toEqual(['200 changed', '200 changed'])
})

it('a change whose response is lost is checked for at most five seconds, however slow the checks are', async () => {
  const service = await startService()
  const { answer, confirmation } = await loseAndConfirm(service, 'before-run')
  service.clock.advance(4000)
  confirmation.release()
  expect(gist(await answer)).toBe('504 change-not-confirmed')
  expect(service.clock.waits).toEqual([1000])
  const looks = service.commands().slice(service.commands().lastIndexOf(CHANGE))
  expect(looks.filter((command) => command === VALUE)).toHaveLength(2)
})

it.each([
  [3, '404 mailbox-not-found'],
  [5, '403 mailbox-suspended'],
  [14, '503 panel-busy'],
  [1, '502 panel-failed'],
])(
  'a change that the panel refuses with exit code %i is answered as %s, without a confirmation',
  async (code, expected) => {
    const service = await startService()
    service.panel.failNext(CHANGE, { kind: 'exit', run: false, code })
    const response = await post(service, byAccount())
    expect(gist(response)).toBe(expected)
    expect(service.commands().at(-1)).toBe(CHANGE)
    expect(await holdsNew(service)).toBe(false)
    if (code === 14) expect(response.get('retry-after')).toBe('10')
  },
)

it('a change that the panel refuses as a malformed name means a missing mailbox, unless it exists', async () => {
  const service = await startService()
  const refuse = () => service.panel.failNext(CHANGE, { kind: 'exit', run: false, code: 2 })
  refuse()
  const nobody = byAccount({}, { email: 'nobody@example.org' })
  expect(gist(await post(service, nobody))).toBe('404 mailbox-not-found')
  for (const body of [byAccount(), byMailbox()]) {
    refuse()
    expect(gist(await post(service, body))).toBe('502 panel-failed')
    expect(service.attempts().at(-1)).toMatchObject({ reason: 'name-refused' })
  }
  expect(await holdsNew(service)).toBe(false)
})

it.each(['v-check-user-password', ACCOUNT, VALUE])(
  'a read or a check %s is sent again after a reset',
  async (command) => {
    const service = await startService()
    await service.app.watch()
    const solo = (newPassword: string) => byAccount({}, { email: 'solo.name@example.org', newPassword })
    service.panel.failNext(command, { kind: 'reset', when: 'before-run' })
    expect(gist(await post(service, solo(NEW_PASSWORD)))).toBe('200 changed')
    service.panel.failNext(command, { kind: 'reset', when: 'before-run' }, 2)
    const response = await post(service, solo('another new secret'))
    expect(gist(response)).toBe('503 panel-unavailable')
    expect(response.get('retry-after')).toBe('30')
    expect(response.body.detail).toContain('Nothing was changed')
  },
)

it('a read or a check that times out is not sent again', async () => {
  const service = await startService({ environment: TIMEOUT })
  await service.app.watch()
  let isSilent = false
  const begun = (): void => {
    isSilent = true
  }
  service.panel.failNext('v-check-user-password', { kind: 'silence', run: false, begun })
  void holdTime().pass(TIMEOUT_MS, () => isSilent)
  expect(gist(await post(service, byAccount()))).toBe('503 panel-unavailable')
  expect(service.commands().filter((command) => command === 'v-check-user-password')).toHaveLength(2)
  expect(service.attempts()[0]).toMatchObject({ reason: 'timed-out' })
})

it.each([
  ['nonsense', { kind: 'answer', run: false, status: 200, body: HTML }, '502 panel-failed'],
  ['a proxy’s 503', { kind: 'answer', run: false, status: 503, body: HTML }, '503 panel-unavailable'],
  ['a proxy’s 504', { kind: 'answer', run: false, status: 504, body: HTML }, '503 panel-unavailable'],
  [
    'a code 0 with an error',
    { kind: 'answer', run: false, status: 400, headers: { 'Hestia-Exit-Code': '0' }, body: HTML },
    '502 panel-failed',
  ],
  ['an unexpected code', { kind: 'exit', run: false, code: 12 }, '502 panel-failed'],
  ['too much load', { kind: 'exit', run: false, code: 14 }, '503 panel-busy'],
] as const)(
  'a read or a check that gets %s is never taken for a wrong password',
  async (_what, fault, expected) => {
    const service = await startService()
    await service.app.watch()
    const solo = byAccount({}, { email: 'solo.name@example.org' })
    for (const [command, body] of [
      [OWNER, byMailbox()],
      ['v-check-user-password', solo],
      [ACCOUNT, solo],
      [VALUE, solo],
    ] as const) {
      service.panel.failNext(command, fault)
      expect(gist(await post(service, body)), command).toBe(expected)
    }
    expect(changesSeen(service)).toBe(1)
  },
)

it('a read or a check that gets a hash of an unknown scheme is a fault of the panel, logged with the scheme’s name', async () => {
  const service = await startService()
  const output = '{PBKDF2}$1$canary$1000$canary'
  service.panel.failNext(VALUE, { kind: 'exit', run: true, code: 0, output })
  expect(gist(await post(service, byMailbox()))).toBe('502 panel-failed')
  expect(service.attempts()[0]).toMatchObject({
    reason: expect.stringMatching(/unknown scheme PBKDF2: REKEY_MAILBOX_CHECK=imap/),
  })
  expect(service.logText()).not.toContain('canary')
})

it('another account’s record is not accepted', async () => {
  const service = await startService()
  const bob = { NAME: 'bob', ROLE: 'user', SUSPENDED: 'no', TWOFA: '', LOGIN_DISABLED: 'no' }
  const output = JSON.stringify({ bob: { ...bob, LOGIN_USE_IPLIST: 'no', LOGIN_ALLOW_IPS: '' } })
  service.panel.failNext(ACCOUNT, { kind: 'exit', run: false, code: 0, output })
  expect(gist(await post(service, byAccount()))).toBe('502 panel-failed')
})

it('the panel’s queue is as long as configured: if it is full, the next attempt is told that the panel is busy', async () => {
  const service = await startService({
    environment: { HESTIA_MAX_CONCURRENCY: '1', HESTIA_MAX_QUEUE: '2' },
  })
  // With commands that take no time, the queue's length decides which attempt is refused.
  await warmUp(service, byMailbox())
  const hold = service.panel.hold(VALUE)
  const posts = Array.from({ length: 4 }, (_, index) =>
    post(service, byMailbox({ email: `box${index}@example.org` })),
  )
  expect(gist(await Promise.race(posts))).toBe('503 panel-busy')
  expect(service.attempts()[1]).toMatchObject({ reason: 'queue-full' })
  hold.release()
  const gists = (await Promise.all(posts)).map(gist)
  expect(gists.toSorted()).toEqual([...Array(3).fill('403 invalid-credentials'), '503 panel-busy'])
})

it('waiting for the panel ends with the request’s time: the panel is busy', async () => {
  const service = await startService({ environment: { HESTIA_MAX_CONCURRENCY: '1' } })
  await service.app.watch()
  const hold = service.panel.hold(OWNER)
  const first = post(service, byMailbox({ email: 'info@unknown.example' }))
  await hold.arrived
  const second = post(service, byMailbox())
  await once(service.server, 'request')
  await service.http.get('/healthz')
  service.clock.advance(31_000)
  hold.release()
  expect((await Promise.all([first, second])).map(gist)).toEqual([
    '403 invalid-credentials',
    '503 panel-busy',
  ])
  expect(service.attempts().map(({ reason }) => reason)).toContain('waited-too-long')
})

it('waiting for another change in the domain ends with three quarters of it', async () => {
  const service = await startService()
  await service.app.watch()
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byAccount())
  await hold.arrived
  const verified = service.panel.hold(ACCOUNT)
  const second = post(service, byAccount({}, { email: 'sales@example.org' }))
  await verified.arrived
  verified.release()
  await post(
    service,
    byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' }),
  )
  service.clock.advance(23_000)
  hold.release()
  expect((await Promise.all([first, second])).map(gist)).toEqual(['200 changed', '503 panel-busy'])
  expect(await service.panel.accepts('sales@example.org', NEW_PASSWORD)).toBe(false)
})

it('waiting ends even if the panel hangs, and before the command’s own time is over', async () => {
  const service = await startService({
    environment: {
      HESTIA_MAX_CONCURRENCY: '1',
      HESTIA_TIMEOUT_MS: '60000',
      REKEY_REQUEST_TIMEOUT_MS: '1000',
    },
  })
  const hold = service.panel.hold(OWNER)
  const check = service.app.watch()
  await hold.arrived
  void holdTime().pass(1000, () => service.app.panelLoad().waiting > 0)
  expect(gist(await post(service, byMailbox()))).toBe('503 panel-busy')
  expect(service.panel.calls).toHaveLength(1)
  hold.release()
  await check
  expect(await service.app.checkReadiness()).toEqual([])
})

it('waiting for another change that hangs ends, and the change that was sent keeps its full time', async () => {
  const service = await startService({
    environment: { HESTIA_TIMEOUT_MS: '60000', REKEY_REQUEST_TIMEOUT_MS: '2000' },
  })
  await warmUp(service)
  const time = holdTime()
  const change = service.panel.hold(CHANGE)
  const first = post(service, byAccount())
  await change.arrived
  const calls = service.panel.calls.length
  const second = post(service, byAccount({}, { email: 'sales@example.org' }))
  const isProven = () => service.panel.calls.length === calls + 2 && service.app.panelLoad().running === 1
  await time.pass(2000, isProven)
  expect(gist(await second)).toBe('503 panel-busy')
  change.release()
  expect(gist(await first)).toBe('200 changed')
  expect(service.attempts().slice(1)).toEqual([
    expect.objectContaining({ reason: 'waited-too-long', proven: true }),
    expect.objectContaining({ code: 'changed', evidence: 'answered' }),
  ])
})

it('waiting for commands beside a failed one goes on: the log has them all', async () => {
  const service = await startService()
  await warmUp(service)
  service.panel.failNext('v-check-user-password', { kind: 'exit', run: false, code: 14 })
  const hold = service.panel.hold(ACCOUNT)
  const answer = post(service, byAccount())
  await hold.arrived
  hold.release()
  expect(gist(await answer)).toBe('503 panel-busy')
  expect(service.attempts().at(-1)?.commands).toHaveLength(2)
})

it('the first parallel commands continue when the one that went ahead was lost', async () => {
  const service = await startService()
  await warmUp(service, byMailbox({ email: 'bob@bob.example.com', currentPassword: 'bob mail pw' }))
  service.panel.failNext('v-check-user-password', { kind: 'reset', when: 'before-run' }, 2)
  expect(gist(await post(service, byAccount()))).toBe('503 panel-unavailable')
  expect(service.commands()).toEqual(expect.arrayContaining(['v-check-user-password', ACCOUNT]))
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
})

it('the panel’s certificate is trusted only by its fingerprint, if that is configured', async () => {
  const certificate = await createCertificate({ hosts: ['elsewhere.example'] })
  const environment = { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: certificate.fingerprint }
  const service = await startService({ environment, simulator: { certificate } })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it.each([
  [
    'not the pinned one',
    async () => ({ HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: (await createCertificate()).fingerprint }),
    {},
  ],
  ['of an unknown authority', async () => ({ HESTIA_CA_FILE: '' }), {}],
  ['of another name', async () => ({}), { hosts: ['elsewhere.example'] }],
  ['expired', async () => ({}), { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }],
])(
  'the panel’s certificate that is %s is refused, and not a byte is sent',
  async (_what, environment, certificateOptions) => {
    const certificate = await createCertificate(certificateOptions)
    const service = await startService({ environment: await environment(), simulator: { certificate } })
    expect(gist(await post(service, byMailbox()))).toBe('503 panel-unavailable')
    expect(service.attempts()[0]).toMatchObject({ reason: 'tls-refused' })
    expect(service.commands()).toEqual([])
    expect(await service.app.checkReadiness()).toEqual([{ code: 'tls-refused' }])
  },
)

it('the panel’s certificate is checked again on each connection', async () => {
  const certificate = await createCertificate()
  const environment = { HESTIA_CA_FILE: '', HESTIA_CERT_SHA256: certificate.fingerprint }
  const service = await startService({ environment, simulator: { certificate } })
  for (const newPassword of ['the first new secret', 'the second new secret', 'the third new secret']) {
    service.panel.failNext(ACCOUNT, { kind: 'reset', when: 'before-run' })
    expect(gist(await post(service, byAccount({}, { newPassword })))).toBe('200 changed')
  }
})

it('a panel that accepts a connection and then says nothing has been sent nothing', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const connections: Socket[] = []
  silent.on('connection', (socket) => void connections.push(socket))
  onTestFinished(() => connections.forEach((socket) => void socket.destroy()))
  const environment = { HESTIA_URL: `https://127.0.0.1:${port}`, HESTIA_TIMEOUT_MS: '200' }
  const service = await startService({ environment })
  expect(gist(await post(service, byAccount()))).toBe('503 panel-unavailable')
  expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable' })
})

it('the panel’s status for no output, if it comes from a proxy, does not mean that there is no such domain', async () => {
  const service = await startService()
  await service.app.watch()
  service.panel.failNext(OWNER, { kind: 'answer', run: false, status: 200, body: 'OK' })
  expect(gist(await post(service, byMailbox()))).toBe('502 panel-failed')
})

it('a panel that can’t be reached is unavailable', async () => {
  const service = await startService()
  await service.panel.close()
  const response = await post(service, byMailbox())
  expect(gist(response)).toBe('503 panel-unavailable')
  expect(response.get('retry-after')).toBe('30')
  expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable' })
})

it('the panel may speak plain HTTP on the loopback', async () => {
  const service = await startService({
    simulator: { plainHttp: true },
    environment: { HESTIA_CA_FILE: '' },
  })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

const { accessKey, secretKey, apiKey, adminUser, adminPassword } = simulatorCredentials
const none = { HESTIA_ACCESS_KEY: '', HESTIA_SECRET_KEY: '' }

/** Every kind of credentials, right and wrong. */
const kinds = [
  {
    kind: 'an access key',
    right: { HESTIA_ACCESS_KEY: accessKey, HESTIA_SECRET_KEY: secretKey },
    wrong: { HESTIA_ACCESS_KEY: accessKey, HESTIA_SECRET_KEY: 'x'.repeat(40) },
  },
  {
    kind: 'an access key joined to its secret',
    right: { ...none, HESTIA_API_KEY: `${accessKey}:${secretKey}` },
    wrong: { ...none, HESTIA_API_KEY: `${accessKey}:${'x'.repeat(40)}` },
  },
  {
    kind: 'a legacy key',
    right: { ...none, HESTIA_API_KEY: apiKey },
    wrong: { ...none, HESTIA_API_KEY: 'x'.repeat(32) },
  },
  {
    kind: 'an administrator’s password',
    right: { ...none, HESTIA_ADMIN_USER: adminUser, HESTIA_ADMIN_PASSWORD: adminPassword },
    wrong: { ...none, HESTIA_ADMIN_USER: adminUser, HESTIA_ADMIN_PASSWORD: 'wrong' },
  },
]

it.each(kinds)('the service’s own key may be $kind: every outcome is right', async ({ right }) => {
  const service = await startService({ environment: right })
  expect(await readinessOf(service)).toEqual([])
  const outcomes = [
    byMailbox({ currentPassword: 'wrong' }),
    byMailbox({ email: 'nobody@example.org' }),
    byMailbox({ email: 'info@unknown.example' }),
    byMailbox({ email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' }),
    byMailbox({ email: 'paused@example.org', currentPassword: 'paused mail pw' }),
    byAccount({ password: 'wrong' }),
    byAccount({ username: 'nobody' }),
    byAccount({ username: 'dave', password: 'dave panel pw' }, { email: 'dave@dave.example' }),
    byAccount(
      { username: 'dave', password: 'dave panel pw', code: '000000' },
      { email: 'dave@dave.example' },
    ),
    byAccount({ code: '000000' }, { email: 'nobody@example.org' }),
    byAccount({}, { email: 'bob@bob.example.com' }),
    byMailbox(),
    byAccount({}, { email: 'sales@example.org' }),
  ]
  const gists: string[] = []
  for (const outcome of outcomes) gists.push(gist(await post(service, outcome)))
  expect(gists).toEqual([
    '403 invalid-credentials',
    '403 invalid-credentials',
    '403 invalid-credentials',
    '409 mailbox-ambiguous',
    '403 mailbox-suspended',
    '403 invalid-credentials',
    '403 invalid-credentials',
    '403 code-required',
    '403 invalid-credentials',
    '404 mailbox-not-found',
    '404 mailbox-not-found',
    '200 changed',
    '200 changed',
  ])
  expect(await holdsNew(service)).toBe(true)
})

it.each(kinds)(
  'the service’s own key that is wrong ($kind) is never reported as a person’s wrong password, and is tried once in five minutes',
  async ({ wrong }) => {
    const service = await startService({ environment: wrong })
    for (const body of [byAccount(), byAccount({ password: 'wrong' }), byMailbox()]) {
      expect(gist(await post(service, body))).toBe('502 panel-misconfigured')
    }
    expect(service.panel.calls).toHaveLength(1)
    expect(service.attempts()[0]).toMatchObject({
      code: 'panel-misconfigured',
      reason: 'key-refused',
      level: 50,
    })
    expect(await service.app.checkReadiness()).toEqual([{ code: 'key-refused' }])

    service.clock.advance(299_000)
    await post(service, byAccount())
    expect(service.panel.calls).toHaveLength(1)
    service.clock.advance(2000)
    await post(service, byAccount())
    expect(service.panel.calls).toHaveLength(2)
  },
)

it('the service’s own key of someone who is not an administrator is useless, and readiness says so', async () => {
  const service = await startService({
    environment: { ...none, HESTIA_ADMIN_USER: 'alice', HESTIA_ADMIN_PASSWORD: 'alice panel pw' },
  })
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  expect(await readinessOf(service)).toEqual([{ code: 'not-administrator' }])
})

it('the service’s own key that is revoked while the service runs stops the calls at once, and works again when it is right', async () => {
  const service = await startService()
  expect(await readinessOf(service)).toEqual([])
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
  service.panel.switches.keyRevoked = true
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  const calls = service.panel.calls.length
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  expect(await service.app.checkReadiness()).toEqual([{ code: 'key-refused' }])
  expect(service.panel.calls).toHaveLength(calls)
  service.panel.switches.keyRevoked = false
  service.clock.advance(300_000)
  expect(gist(await post(service, byAccount({}, { newPassword: 'another new secret' })))).toBe('200 changed')
})

it.each([
  ['the API is off', 'accessKeyApi', 'api-disabled'],
  ['the service’s address is not on the panel’s list', 'addressAllowed', 'address-not-allowed'],
] as const)('the service’s own key is useless if %s, and readiness says so', async (_what, name, code) => {
  const service = await startService()
  service.panel.switches[name] = false
  expect(gist(await post(service, byAccount()))).toBe('502 panel-misconfigured')
  expect(await readinessOf(service)).toEqual([{ code }])
})
