import { domainToUnicode } from 'node:url'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { TestClock } from '../kit/clock.js'
import { type MailServer, startMailServer } from '../kit/mail-server.js'
import { scratchFile, startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const VALUE = 'v-get-mail-account-value'

/** A change of a mailbox with a dot in its name, so the panel is asked for siblings. */
const SOLO = byMailbox({ email: 'solo.name@example.org', currentPassword: 'solo mail pw' })

interface Setting {
  readonly service: TestService
  readonly mailServer: MailServer
}

/** The service, and a mail server with the passwords of the panel's mailboxes. */
async function startWithMailServer(
  environment: Record<string, string> = {},
  judge: (right: boolean, password: string, clock: TestClock) => boolean = (right) => right,
): Promise<Setting> {
  let started: TestService | undefined
  const mailServer = await startMailServer({
    async accepts(address, password) {
      if (!started) throw new Error('nobody should ask yet')
      const { panel, clock } = started
      const [localPart, domain = ''] = address.split('@')
      const stored = `${localPart}@${domainToUnicode(domain)}`
      const right = panel.mailbox(stored) !== undefined && (await panel.accepts(stored, password))
      return judge(right, password, clock)
    },
  })
  onTestFinished(() => mailServer.close())
  const service = await startService({
    environment: {
      REKEY_MAILBOX_CHECK: 'imap',
      REKEY_IMAP_URL: String(mailServer.url),
      REKEY_IMAP_CA_FILE: scratchFile(mailServer.certificate.certificate),
      ...environment,
    },
  })
  started = service
  return { service, mailServer }
}

/** The values of mailboxes that the panel was asked for: the last argument of each call. */
function valuesAsked({ panel }: TestService): (string | undefined)[] {
  return panel.calls.filter(({ command }) => command === VALUE).map(({ args }) => args.at(-1))
}

it('a mailbox password that the mail server checks lets its owner change it, and no stored hash leaves the panel', async () => {
  const { service, mailServer } = await startWithMailServer({ REKEY_TRUST_PROXY: '1' })
  const request = service.http.post(CHANGES).set('x-forwarded-for', '203.0.113.9')
  expect(gist(await request.send(byMailbox()))).toBe('200 changed')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(mailServer.logins).toEqual([
    {
      address: 'info@example.org',
      password: 'info mail pw',
      overTls: true,
      clientAddress: '203.0.113.9',
    },
  ])
  expect(valuesAsked(service)).toEqual([])
})

it('a mailbox password that the mail server checks of a name with a dot is checked beside the question for its siblings, which gives no record', async () => {
  const { service } = await startWithMailServer()
  expect(gist(await post(service, SOLO))).toBe('200 changed')
  const [asked, ...others] = service.panel.calls.filter(({ command }) => command === VALUE)
  expect(asked).toMatchObject({
    args: ['alice', 'example.org', 'solo[^.]name', 'account'],
    returncode: 'yes',
  })
  expect(others).toEqual([])
})

it('a mailbox password that the mail server checks changes the mailbox where it is, if only the change tells that its domain has moved', async () => {
  const { service } = await startWithMailServer()
  const legacy = byMailbox({ email: 'legacy@example.org', currentPassword: 'legacy mail pw' })
  expect(gist(await post(service, legacy))).toBe('200 changed')
  service.panel.moveDomain('example.org', { owner: 'bob' })
  service.panel.calls.length = 0
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.panel.calls.map(({ command, args }) => [command, args[0]])).toEqual([
    [CHANGE, 'alice'],
    ['v-search-domain-owner', 'example.org'],
    [CHANGE, 'bob'],
  ])
})

it('a mailbox password that the mail server checks of an internationalised domain is tried under its name in ASCII', async () => {
  const { service, mailServer } = await startWithMailServer()
  const body = byMailbox({ email: 'kontakt@bücher.example', currentPassword: 'kontakt mail pw' })
  expect(gist(await post(service, body))).toBe('200 changed')
  expect(mailServer.logins[0]?.address).toBe('kontakt@xn--bcher-kva.example')
})

it.each([
  ['a wrong password', byMailbox({ currentPassword: 'wrong' })],
  ['an unknown mailbox', byMailbox({ email: 'nobody@example.org' })],
  ['an unknown domain', byMailbox({ email: 'info@unknown.example' })],
  ['a wildcard name', byMailbox({ email: 'inf.@example.org' })],
])(
  'a mailbox password that the mail server checks refuses %s, and asks the mail server about each alike',
  async (_what, body) => {
    const { service, mailServer } = await startWithMailServer()
    expect(gist(await post(service, body))).toBe('403 invalid-credentials')
    expect(mailServer.logins).toHaveLength(1)
    expect(service.commands()).not.toContain(CHANGE)
  },
)

it('a mailbox password that the mail server checks lets nobody in whom the panel knows by another name, whatever the mail server says', async () => {
  const { service, mailServer } = await startWithMailServer()
  mailServer.faults.set('credentials', { says: 'TAG OK Welcome.' })
  const before = service.panel.loginFile('example.org')
  for (const email of ['inf.@example.org', 'nobody@example.org', 'info@unknown.example']) {
    expect(gist(await post(service, byMailbox({ email })))).toBe('403 invalid-credentials')
  }
  expect(service.panel.loginFile('example.org')).toEqual(before)
  const changes = service.panel.calls.filter(({ command }) => command === CHANGE)
  expect(changes.map(({ args }) => args[2])).toEqual(['nobody'])
})

it('a mailbox password that the mail server checks does not let a sibling be damaged', async () => {
  const { service } = await startWithMailServer()
  const body = byMailbox({ email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' })
  expect(gist(await post(service, body))).toBe('409 mailbox-ambiguous')
  expect(service.commands()).not.toContain(CHANGE)
})

it('a mailbox password that the mail server checks that can’t be checked is not a wrong one, for a mailbox that is there or not', async () => {
  const { service, mailServer } = await startWithMailServer({ REKEY_LIMIT_FAILURES: '1/15m' })
  mailServer.faults.set('credentials', { says: 'TAG NO [UNAVAILABLE] canary', closes: true })
  const emails = ['info@example.org', 'nobody@example.org', 'info@unknown.example', 'info@example.org']
  for (const email of emails) {
    const response = await post(service, byMailbox({ email }))
    expect(gist(response)).toBe('503 mail-server-unavailable')
    expect(response.get('retry-after')).toBe('30')
    expect(response.body.detail).toContain('Nothing was changed.')
  }
  expect(service.attempts()[0]).toMatchObject({
    code: 'mail-server-unavailable',
    reason: 'refused-temporarily',
    credentialsSent: false,
    level: 50,
  })
  for (const secret of ['canary', 'mail pw', NEW_PASSWORD]) expect(service.logText()).not.toContain(secret)
  mailServer.faults.clear()
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a mailbox password that the mail server checks can’t be checked by a mail server that is down', async () => {
  const { service, mailServer } = await startWithMailServer()
  await mailServer.close()
  expect(gist(await post(service, byMailbox()))).toBe('503 mail-server-unavailable')
  expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable' })
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
})

it('a mailbox password that the mail server checks counts as tried where the mail server closed on it: guesses are not free', async () => {
  const { service, mailServer } = await startWithMailServer({ REKEY_LIMIT_FAILURES: '2/15m' })
  mailServer.faults.set('credentials', 'close')
  for (let guess = 0; guess < 2; guess++) {
    expect(gist(await post(service, byMailbox({ currentPassword: `guess ${guess}` })))).toBe(
      '503 mail-server-unavailable',
    )
  }
  expect(service.attempts()[0]).toMatchObject({ reason: 'closed', credentialsSent: true })
  mailServer.faults.clear()
  expect(gist(await post(service, byMailbox()))).toBe('429 too-many-attempts')
  expect(mailServer.logins).toHaveLength(2)
})

it.each(['v-search-domain-owner', VALUE])(
  'a mailbox password that the mail server checks that is wrong counts though %s fails',
  async (command) => {
    const { service, mailServer } = await startWithMailServer({ REKEY_LIMIT_FAILURES: '1/15m' })
    service.panel.failNext(command, { kind: 'reset', when: 'before-run' }, 2)
    expect(gist(await post(service, { ...SOLO, currentPassword: 'wrong' }))).toBe('403 invalid-credentials')
    expect(gist(await post(service, SOLO))).toBe('429 too-many-attempts')
    expect(mailServer.logins).toHaveLength(1)
  },
)

it.each(['v-search-domain-owner', VALUE])(
  'a mailbox password that the mail server checks that the mail server closed on counts though %s fails too',
  async (command) => {
    const { service, mailServer } = await startWithMailServer({ REKEY_LIMIT_FAILURES: '1/15m' })
    mailServer.faults.set('credentials', 'close')
    service.panel.failNext(command, { kind: 'reset', when: 'before-run' }, 2)
    expect(gist(await post(service, SOLO))).toBe('503 mail-server-unavailable')
    expect(gist(await post(service, SOLO))).toBe('429 too-many-attempts')
  },
)

it('a mailbox password that the mail server checks that is right counts against nobody though the panel fails', async () => {
  const { service } = await startWithMailServer({ REKEY_LIMIT_FAILURES: '1/15m' })
  service.panel.failNext('v-search-domain-owner', { kind: 'reset', when: 'before-run' }, 2)
  expect(gist(await post(service, byMailbox()))).toBe('503 panel-unavailable')
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a mailbox password that the mail server checks is tried while the panel looks for the owner: no domain shows by a quicker answer', async () => {
  const { service, mailServer } = await startWithMailServer()
  const hold = service.panel.hold('v-search-domain-owner')
  const answer = post(service, byMailbox({ email: 'info@unknown.example' }))
  await Promise.all([answer, vi.waitUntil(() => mailServer.logins.length === 1).then(() => hold.release())])
  expect(gist(await answer)).toBe('403 invalid-credentials')
})

it('a mailbox password that the mail server checks is not waited for where another mailbox of the domain was changed', async () => {
  const { service, mailServer } = await startWithMailServer()
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byMailbox())
  await hold.arrived
  const other = byMailbox({ email: 'legacy@example.org', currentPassword: 'legacy mail pw' })
  const second = post(service, other)
  await vi.waitUntil(() => mailServer.logins.length === 2)
  hold.release()
  expect(gist(await first)).toBe('200 changed')
  expect(gist(await second)).toBe('200 changed')
  expect(service.clock.waits).toEqual([])
})

it('a mailbox password that the mail server checks that was overtaken proves nothing, though the mail server takes it for another second', async () => {
  const stale = (right: boolean, password: string, clock: TestClock): boolean =>
    right || (password === 'info mail pw' && clock.now() < 1000)
  const { service, mailServer } = await startWithMailServer({}, stale)
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byMailbox())
  await hold.arrived
  const second = post(service, byMailbox({ newPassword: 'what a thief would choose' }))
  await vi.waitUntil(() => mailServer.logins.length === 2)
  hold.release()
  expect(gist(await first)).toBe('200 changed')
  expect(gist(await second)).toBe('403 invalid-credentials')
  expect(service.clock.waits).toEqual([1500])
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
})

it('a mailbox password that the mail server checks is not sent to a mail server that can’t prove who it is', async () => {
  const { service, mailServer } = await startWithMailServer({ REKEY_IMAP_CA_FILE: '' })
  expect(gist(await post(service, byMailbox()))).toBe('503 mail-server-unavailable')
  expect(service.attempts()[0]).toMatchObject({ reason: 'tls-refused' })
  expect(mailServer.logins).toEqual([])
})

it.each([
  ['made', 'after-run', '200 changed'],
  ['not made', 'before-run', '504 change-not-confirmed'],
] as const)(
  'a change whose answer was lost, where the mail server checks passwords and was %s is found out by a login',
  async (_what, when, expected) => {
    const { service, mailServer } = await startWithMailServer()
    service.panel.failNext(CHANGE, { kind: 'reset', when })
    expect(gist(await post(service, byMailbox()))).toBe(expected)
    const tried = mailServer.logins.map(({ password }) => password)
    expect(tried.slice(1, 3)).toEqual(when === 'after-run' ? [NEW_PASSWORD] : [NEW_PASSWORD, NEW_PASSWORD])
    // A refused new password proves nothing, so Rekey also checks that the old one works.
    expect(tried.at(-1)).toBe(when === 'after-run' ? NEW_PASSWORD : 'info mail pw')
    expect(mailServer.logins.at(-1)?.clientAddress).toBe('127.0.0.1')
    expect(valuesAsked(service)).toEqual([])
    expect(service.attempts()[0]).toMatchObject(
      when === 'after-run' ? { evidence: 'confirmed' } : { reason: 'answer-lost' },
    )
  },
)

it('a change whose answer was lost, where the mail server checks passwords is looked for again once the mail server must have noticed, however slow it was', async () => {
  const slowAndStale = (right: boolean, password: string, clock: TestClock): boolean => {
    if (password === 'info mail pw') return true
    const accepted = right && clock.now() >= 1000
    if (!accepted) clock.advance(2000)
    return accepted
  }
  const { service } = await startWithMailServer({}, slowAndStale)
  service.panel.failNext(CHANGE, { kind: 'exit', run: true, code: 12, output: '' })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(service.attempts()[0]).toMatchObject({ evidence: 'confirmed' })
})

it.each([
  ['the former password', byMailbox()],
  ['the hosting account', byAccount()],
])(
  'a change whose answer was lost, where the mail server checks passwords is not known, proved by %s, where the mail server lets nobody in',
  async (_what, body) => {
    const { service, mailServer } = await startWithMailServer()
    const hold = service.panel.hold(CHANGE)
    service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
    const answer = post(service, body)
    await Promise.all([
      answer,
      hold.arrived.then(() => {
        mailServer.faults.set('credentials', { says: 'TAG NO [AUTHENTICATIONFAILED] No IMAP here.' })
        hold.release()
      }),
    ])
    expect(gist(await answer)).toBe('504 outcome-unknown')
  },
)

it('a change whose answer was lost, where the mail server checks passwords is not known where the mail server has gone too', async () => {
  const { service, mailServer } = await startWithMailServer()
  const hold = service.panel.hold(CHANGE)
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  const answer = post(service, byMailbox())
  await Promise.all([
    answer,
    hold.arrived.then(async () => {
      await mailServer.close()
      hold.release()
    }),
  ])
  expect(gist(await answer)).toBe('504 outcome-unknown')
})

it('readiness, where the mail server checks passwords names what is wrong with the mail server, logs in nobody, and asks it at most every 30 s', async () => {
  const { service, mailServer } = await startWithMailServer()
  await service.app.watch()
  expect(mailServer.connections).toBe(1)
  expect(await service.app.checkReadiness()).toEqual([])
  mailServer.faults.set('greeting', 'close')
  expect((await service.http.get('/readyz')).status).toBe(200)
  service.clock.advance(30_000)
  const response = await service.http.get('/readyz')
  expect(response.status).toBe(503)
  expect(response.body.faults).toEqual([{ code: 'mail-server-closed' }])
  expect(mailServer.connections).toBe(2)
  expect(mailServer.logins).toEqual([])
})
