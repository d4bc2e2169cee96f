import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD, post, warmUp } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { panelReleases } from '../panel-simulator/simulator.js'

// One test for each hazard of the panel (docs/hestia.md): without its guard, the test fails. The hazards of names are in
// changes.test.ts, with the other tests about names.
describe.each(panelReleases)('of what the panel misreads, on release %s,', (release) => {
  it.each(['-x', '--stdin', '/tmp/known-file', ' alice panel pw', 'alice panel pw\n', 'alice\u0085panel pw'])(
    `of what the panel misreads, on release ${release}, an account password such as %j is refused without a call, like any wrong one`,
    async (password) => {
      const service = await startService({ simulator: { release } })
      service.panel.files.set('/tmp/known-file', 'alice panel pw\nsecond line')
      const response = await post(service, byAccount({ password }))
      expect(gist(response)).toBe('403 invalid-credentials')
      expect(service.commands()).toEqual([])
      const wrong = await post(service, byAccount({ password: 'wrong' }))
      expect({ ...response.body, requestId: '' }).toEqual({ ...wrong.body, requestId: '' })
    },
  )

  it(`of what the panel misreads, on release ${release}, a new password is never sent as the name of a file or with outer space`, async () => {
    const service = await startService({ simulator: { release } })
    service.panel.files.set('/tmp/known-file', 'short')
    for (const newPassword of ['/tmp/known-file', ' a wholly new secret', 'a wholly new secret\t']) {
      expect(gist(await post(service, byMailbox({ newPassword })))).toBe('422 password-rejected')
    }
    expect(service.commands()).toEqual([])
  })

  it(`of what the panel misreads, on release ${release}, a domain whose first label the panel cuts off is no mailbox’s domain`, async () => {
    const service = await startService({ simulator: { release } })
    for (const body of [
      byAccount({}, { email: 'info@www.example.org' }),
      byMailbox({ email: 'info@WWW.example.org' }),
    ]) {
      expect(gist(await post(service, body))).toBe('400 invalid-request')
    }
    expect(service.commands()).toEqual([])
  })

  it(`of what the panel misreads, on release ${release}, an account’s name with a wildcard opens nothing`, async () => {
    const service = await startService({ simulator: { release } })
    expect(gist(await post(service, byAccount({ username: 'al.ce' })))).toBe('403 invalid-credentials')
  })
})

it('two changes in one domain are made one after the other, and the login file stays whole', async () => {
  const service = await startService({ simulator: { delayMs: 5 } })
  const boxes = ['info', 'sales', 'legacy', 'john-doe']
  const responses = await Promise.all(
    [...boxes, ...boxes].map((box, index) =>
      post(
        service,
        byAccount({}, { email: `${box}@example.org`, newPassword: `a wholly new secret ${index}` }),
      ),
    ),
  )
  expect(responses.map(gist)).toEqual(responses.map(() => '200 changed'))
  const lines = service.panel.loginFile('example.org')
  expect(new Set(lines.map((line) => line.split(':')[0])).size).toBe(lines.length)
  for (const box of boxes) {
    const mailbox = service.panel.mailbox(`${box}@example.org`)
    expect(mailbox?.loginLines).toEqual([expect.stringContaining(mailbox?.hash ?? '?')])
  }
})

it('two changes in one domain wait for each other, while another domain’s change goes on', async () => {
  const service = await startService()
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byAccount())
  await hold.arrived
  const second = post(service, byAccount({}, { email: 'sales@example.org' }))
  const bob = { username: 'bob', password: 'bob panel pw' }
  expect(gist(await post(service, byAccount(bob, { email: 'bob@bob.example.com' })))).toBe('200 changed')
  const changes = () => service.panel.calls.filter(({ command }) => command.startsWith('v-change'))
  expect(changes().map(({ args }) => args[2])).toEqual(['info', 'bob'])
  hold.release()
  expect((await Promise.all([first, second])).map(gist)).toEqual(['200 changed', '200 changed'])
})

it('two changes in one domain do not fail with each other', async () => {
  const service = await startService()
  const hold = service.panel.hold(CHANGE)
  service.panel.failNext(CHANGE, { kind: 'exit', run: false, code: 14 })
  const first = post(service, byAccount())
  await hold.arrived
  const verified = service.panel.hold('v-list-user')
  const second = post(service, byAccount({}, { email: 'sales@example.org' }))
  await verified.arrived
  verified.release()
  const bob = { username: 'bob', password: 'bob panel pw' }
  await post(service, byAccount(bob, { email: 'bob@bob.example.com' }))
  hold.release()
  expect((await Promise.all([first, second])).map(gist)).toEqual(['503 panel-busy', '200 changed'])
})

it('two changes in one domain written in Unicode and in punycode are changes of the same domain', async () => {
  const service = await startService()
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byAccount({}, { email: 'kontakt@bücher.example' }))
  await hold.arrived
  const second = post(
    service,
    byAccount({}, { email: 'kontakt@xn--bcher-kva.example', newPassword: 'the later secret' }),
  )
  await post(
    service,
    byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' }),
  )
  expect(
    service.panel.calls.filter(({ args }) => args[2] === 'kontakt' && args[3] === 'the later secret'),
  ).toEqual([])
  hold.release()
  await Promise.all([first, second])
  expect(await service.panel.accepts('kontakt@bücher.example', 'the later secret')).toBe(true)
})

it.each([1, 2])('the panel runs no more commands at once than it is allowed to: %i', async (allowed) => {
  const service = await startService({
    environment: { HESTIA_MAX_CONCURRENCY: `${allowed}`, REKEY_TRUST_PROXY: '1' },
    simulator: { delayMs: 50 },
  })
  await warmUp(service)
  const tries = Array.from({ length: 12 }, (_, index) =>
    post(service, byAccount({ username: `user${index}` }), `203.0.113.${index}`),
  )
  await Promise.all(tries)
  expect([service.panel.maxConcurrent, service.app.panelLoad().limit]).toEqual([allowed, allowed])
})

it('the panel gets every text exactly as it was typed, or not at all', async () => {
  const service = await startService()
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      '&arg4=x',
      '%00',
      '+',
      'a=b&cmd=v-delete-user',
      '"; id #',
      "it's",
      '$(id)',
      '\\',
      '{"a":1}',
      'é',
      '😀',
    ),
  )
  const newPassword = text.map((tail) => `a good enough start ${tail}`)
  let changes = 0
  await fc.assert(
    fc.asyncProperty(text, newPassword, async (password, wanted) => {
      for (const typed of [password, 'alice panel pw']) {
        service.panel.calls.length = 0
        const response = await post(service, byAccount({ password: typed }, { newPassword: wanted }))
        const exact: Record<string, readonly string[]> = {
          'v-check-user-password': ['alice', typed, '127.0.0.1'],
          'v-list-user': ['alice', 'json'],
          [CHANGE]: ['alice', 'example.org', 'info', wanted],
        }
        for (const { command, args } of service.panel.calls) expect(args).toEqual(exact[command])
        if (response.status !== 200) continue
        changes++
        expect(await service.panel.accepts('info@example.org', wanted)).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
  expect(changes).toBeGreaterThan(10)
})

it.each([
  [
    'a lone surrogate',
    '{"email":"info@example.org","currentPassword":"info mail pw","newPassword":"a wholly new \\ud800 secret"}',
  ],
  [
    'bytes that are no UTF-8',
    Buffer.from(
      '{"email":"info@example.org","currentPassword":"info mail pw","newPassword":"a wholly new \xff secret"}',
      'latin1',
    ),
  ],
])('a text that did not arrive whole is refused rather than changed on its way: %s', async (_what, body) => {
  const service = await startService()
  const response = await fetch(`${service.url}${CHANGES}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(response.status).toBe(400)
  expect(((await response.json()) as { errors: unknown }).errors).toEqual([
    expect.objectContaining({ pointer: '/newPassword' }),
  ])
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(false)
  expect(service.commands()).toEqual([])
})
