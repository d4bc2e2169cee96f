import { setImmediate } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import german from '../../views/messages/de.json' with { type: 'json' }
import { untilMailsEnd } from '../kit/mail-log.js'
import { encode, solve } from '../kit/puzzle.js'
import { HELP_REQUEST, helpEnvironment, PUBLIC_URL, REQUESTS, recoveryService } from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { refusal, type SmtpServer, startSmtpServer } from '../kit/smtp-server.js'
import { byAccount, byMailbox, gist, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const RECORD = 'v-list-user'

async function start(environment: Record<string, string> = {}) {
  const smtp = await startSmtpServer()
  const service = await startService(recoveryService({ ...helpEnvironment(smtp.port), ...environment }))
  return { service, smtp }
}

const ask = (service: TestService, request: object = HELP_REQUEST, from = '203.0.113.7') =>
  service.http.post(REQUESTS).set('x-forwarded-for', from).send(request)

const askFor = (service: TestService, email: string) => ask(service, { ...HELP_REQUEST, email })

/** Lets the random wait pass, and returns the result of the next request. */
async function nextResult(service: TestService): Promise<Record<string, unknown>> {
  const before = service.logged('recovery-request').length
  service.clock.advance(60_000)
  await vi.waitUntil(() => service.logged('recovery-request').length > before, { interval: 1 })
  return service.logged('recovery-request')[before] ?? {}
}

it('the owner of the hosting account is told that somebody can’t sign in, with no secret', async () => {
  const { service, smtp } = await start()
  const answer = await ask(service)
  expect([gist(answer), answer.body]).toEqual(['202 recovery-requested', { code: 'recovery-requested' }])
  expect(service.commands()).toEqual([])
  expect(await nextResult(service)).toMatchObject({
    result: 'mail-sent',
    mailbox: 'info@example.org',
    helper: 'administrator',
  })
  expect(service.commands()).toEqual([OWNER, VALUE, RECORD])
  await vi.waitUntil(() => smtp.messages.length > 0, { interval: 1 })
  const [message] = smtp.messages
  expect(message?.to).toEqual(['alice@contact.example'])
  expect(message?.text).toContain('Somebody asked for help with the mailbox info@example.org')
  expect(message?.text).toContain(`${PUBLIC_URL}link?email=info%40example.org`)
  expect(message?.text).not.toContain('rk1.')
})

it('the mail is in the language that the owner has chosen in the panel', async () => {
  const { service, smtp } = await start()
  service.panel.account('alice').language = 'de'
  await ask(service)
  await nextResult(service)
  await vi.waitUntil(() => smtp.messages.length > 0, { interval: 1 })
  expect(smtp.messages[0]?.text).toContain(german.mail.automatic)
})

it.each([
  ['a mailbox that there is not', 'nobody@example.org', 'no-mailbox'],
  ['a domain that there is not', 'info@nothing.example', 'no-mailbox'],
  ['a suspended account', 'carol@carol.example', 'account-suspended'],
])('nobody is told of %s, and the answer is the same', async (_what, email, reason) => {
  const { service, smtp } = await start()
  const [real, other] = [await ask(service), await askFor(service, email)]
  expect([other.status, other.text]).toEqual([real.status, real.text])
  for (const [name, value] of Object.entries(real.headers)) {
    if (!['date', 'ratelimit'].includes(name)) expect([name, other.headers[name]]).toEqual([name, value])
  }
  service.clock.advance(60_000)
  await vi.waitUntil(() => service.logged('recovery-request').length === 2, { interval: 1 })
  expect(service.logged('recovery-request')).toContainEqual(
    expect.objectContaining({ mailbox: email, result: 'skipped', reason }),
  )
  await vi.waitUntil(() => smtp.messages.length === 1, { interval: 1 })
})

it.each<[string, (service: TestService) => void, string]>([
  [
    'is the mailbox',
    ({ panel }) => void Object.assign(panel.account('alice'), { contact: 'Info@Example.org' }),
    'own-address',
  ],
  [
    'is the mailbox, with a tag',
    ({ panel }) => void Object.assign(panel.account('alice'), { contact: 'info+panel@example.org' }),
    'own-address',
  ],
  [
    'is an alias of the mailbox',
    ({ panel }) => {
      panel.account('alice').contact = 'boss@example.org'
      panel.setAliases('info@example.org', 'office,boss')
    },
    'own-address',
  ],
  ['is missing', ({ panel }) => void Object.assign(panel.account('alice'), { contact: '' }), 'no-contact'],
  [
    'is no address',
    ({ panel }) => void Object.assign(panel.account('alice'), { contact: 'alice at home' }),
    'no-contact',
  ],
  [
    'is that of an administrator of the panel',
    ({ panel }) => void Object.assign(panel.account('alice'), { role: 'admin' }),
    'administrator',
  ],
])('nobody is told if the owner’s address %s', async (_what, change, reason) => {
  const { service, smtp } = await start()
  change(service)
  await ask(service)
  expect(await nextResult(service)).toMatchObject({ result: 'skipped', reason })
  expect(smtp.messages).toEqual([])
})

it('an owner’s address in the mailbox’s domain that is neither the mailbox nor its alias is told', async () => {
  const { service, smtp } = await start()
  service.panel.account('alice').contact = 'sales@example.org'
  service.panel.setAliases('info@example.org', 'office')
  await ask(service)
  expect(await nextResult(service)).toMatchObject({ result: 'mail-sent' })
  await vi.waitUntil(() => smtp.messages.length === 1, { interval: 1 })
})

it.each<[string, (smtp: SmtpServer) => Record<string, string>]>([
  ['takes mails', () => ({})],
  [
    'is slow',
    (smtp) => {
      smtp.hold()
      return {}
    },
  ],
  ['is away', () => helpEnvironment(9)],
])(
  'the panel is asked for the same, whether or not the mailbox exists, if the mail server %s',
  async (_how, prepare) => {
    const smtp = await startSmtpServer()
    const service = await startService(recoveryService({ ...helpEnvironment(smtp.port), ...prepare(smtp) }))
    service.panel.account('alice').contact = 'sales@example.org'
    const commandsFor = async (email: string): Promise<string[]> => {
      const before = service.panel.calls.length
      await askFor(service, email)
      await nextResult(service)
      return service.panel.calls.slice(before).map(({ command }) => command)
    }
    await commandsFor('legacy@example.org')
    const real = await commandsFor('info@example.org')
    expect(real).toEqual([VALUE, RECORD, VALUE])
    expect(await commandsFor('nobody@example.org')).toEqual(real)
  },
)

/** One of many strangers, each in a separate network. */
const strangerOf = (index: number): string => `10.${Math.floor(index / 250)}.${index % 250}.1`

it('the panel is asked for people who can’t sign in after all attempts, however late those came', async () => {
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0)
  onTestFinished(() => chance.mockRestore())
  const { service } = await start({ REKEY_TRUST_PROXY: '1', HESTIA_MAX_CONCURRENCY: '1' })
  const hold = service.panel.hold(CHANGE)
  const first = post(service, byMailbox())
  await hold.arrived
  await askFor(service, 'nobody@nothing.example')
  service.clock.advance(1)
  await vi.waitUntil(() => service.app.panelLoad().waiting > 0, { interval: 1 })
  const bob = { username: 'bob', password: 'bob panel pw' }
  const second = post(service, byAccount(bob, { email: 'bob@bob.example.com' }), '198.51.100.9')
  await vi.waitUntil(() => service.app.panelLoad().waiting > 1, { interval: 1 })
  hold.release()
  expect([await first, await second].map(gist)).toEqual(['200 changed', '200 changed'])
  const last = service.panel.calls.findLastIndex(({ command }) => command === CHANGE)
  const helped = service.panel.calls.findIndex(({ args }) => args.includes('nothing.example'))
  expect(helped === -1 || helped > last).toBe(true)
})

it('two hundred requests from as many addresses send one mail about a mailbox', async () => {
  const { service, smtp } = await start({ REKEY_TRUST_PROXY: '1' })
  for (let index = 0; index < 200; index++) {
    const answer = await ask(service, HELP_REQUEST, strangerOf(index))
    expect(answer.status).toBe(202)
    if (index % 20 === 0) await nextResult(service)
  }
  await vi.waitUntil(() => smtp.messages.length > 0, { interval: 1 })
  expect(smtp.messages).toHaveLength(1)
  await ask(service, { email: 'bob@bob.example.com', helper: 'administrator' }, '198.51.100.9')
  while ((await nextResult(service)).mailbox !== 'bob@bob.example.com');
  await vi.waitUntil(() => smtp.messages.length === 2, { interval: 1 })
  expect(smtp.messages[1]?.to).toEqual(['bob@contact.example'])
})

it('a hundred addresses that name all mailboxes of one owner send the owner five mails, and others get theirs', async () => {
  const { service, smtp } = await start({ REKEY_TRUST_PROXY: '1' })
  const names = ['info', 'sales', 'legacy', 'paused', 'john-doe', 'john.doe', 'ann-lee', 'ann.lee']
  for (let index = 0; index < 100; index++) {
    const email = `${names[index % names.length]}@example.org`
    expect((await ask(service, { ...HELP_REQUEST, email }, strangerOf(index))).status).toBe(202)
  }
  await ask(service, { ...HELP_REQUEST, email: 'bob@bob.example.com' }, '198.51.100.9')
  service.clock.advance(60_000)
  await vi.waitUntil(() => smtp.messages.length === 6, { interval: 1, timeout: 10_000 })
  await service.app.drain()
  expect(smtp.messages.flatMap(({ to }) => to).toSorted()).toEqual([
    ...Array<string>(5).fill('alice@contact.example'),
    'bob@contact.example',
  ])
})

it('six hundred addresses that name as many mailboxes of one domain send no mail, and keep nobody there from being helped', async () => {
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0.1)
  onTestFinished(() => chance.mockRestore())
  const { service, smtp } = await start({ REKEY_TRUST_PROXY: '1' })
  const statuses: number[] = []
  for (let index = 0; index < 600; index++) {
    // Fifty come before the person's request. To deal with all of them takes longer, and proves no more.
    if (index === 50) chance.mockReturnValue(0.9)
    const request = { ...HELP_REQUEST, email: `box${index}@example.org` }
    statuses.push((await ask(service, request, strangerOf(index))).status)
  }
  expect([statuses.lastIndexOf(202), statuses.indexOf(429)]).toEqual([499, 500])
  const refused = await ask(service)
  expect([gist(refused), refused.get('retry-after')]).toEqual(['429 too-many-attempts', '60'])
  const solution = encode(solve(refused.body.challenge))
  chance.mockReturnValue(0.1)
  expect(gist(await ask(service, { ...HELP_REQUEST, solution }))).toBe('202 recovery-requested')
  service.clock.advance(10_000)
  await vi.waitUntil(() => smtp.messages.length > 0, { interval: 1, timeout: 10_000 })
  expect(service.logged('recovery-request')).toHaveLength(51)
  await service.app.drain()
  expect(smtp.messages.map(({ text }) => text.includes('info@example.org'))).toEqual([true])
})

it('a mail server that is slow or away changes neither the answer nor its time', async () => {
  const { service, smtp } = await start()
  const release = smtp.hold()
  await ask(service)
  expect(await nextResult(service)).toMatchObject({ result: 'mail-sent' })
  expect(gist(await askFor(service, 'bob@bob.example.com'))).toBe('202 recovery-requested')
  release()
  const away = await startService(recoveryService(helpEnvironment(9)))
  expect(gist(await ask(away))).toBe('202 recovery-requested')
  expect(await nextResult(away)).toMatchObject({ result: 'mail-sent' })
  expect(gist(await askFor(away, 'sales@example.org'))).toBe('202 recovery-requested')
})

it('mails that were not sent don’t count', async () => {
  const smtp = await startSmtpServer()
  smtp.refusals.push(...Array(4).fill(refusal(550, '5.1.1 no such mailbox')))
  const refused = await startService(recoveryService(helpEnvironment(smtp.port)))
  const away = await startService(recoveryService(helpEnvironment(9)))
  for (const service of [refused, away]) {
    for (let times = 1; times <= 4; times++) {
      await ask(service)
      expect(await nextResult(service)).toMatchObject({ result: 'mail-sent' })
      await untilMailsEnd(service, times)
    }
  }
})

it('a person whose request meets a panel that is away is helped when it is back', async () => {
  const { service, smtp } = await start()
  service.panel.failNext(OWNER, { kind: 'reset', when: 'before-run' }, 2)
  await ask(service)
  service.clock.advance(60_000)
  await vi.waitUntil(() => service.panel.calls.length >= 2, { interval: 1 })
  for (let turn = 0; turn < 100; turn++) await setImmediate()
  expect(await nextResult(service)).toMatchObject({ result: 'mail-sent' })
  await vi.waitUntil(() => smtp.messages.length === 1, { interval: 1 })
})

it('a link to an address is not offered unless that is configured, and no other help', async () => {
  const { service } = await start()
  for (const helper of ['address', 'friend', 7]) {
    const answer = await ask(service, { ...HELP_REQUEST, helper })
    expect([gist(answer), answer.body.errors?.[0]?.pointer]).toEqual(['400 invalid-request', '/helper'])
  }
  const without = await startService(recoveryService())
  expect(gist(await ask(without))).toBe('404 not-found')
})

it('a process that stops reports the requests that it did not handle', async () => {
  const { service } = await start()
  await ask(service)
  await service.app.drain()
  expect(service.logged('recovery-request')).toMatchObject([{ result: 'failed', reason: 'stopped' }])
})

it('requests leave an audit line that names the mailbox and its sender', async () => {
  const { service } = await start()
  await ask(service)
  expect(service.attempts()).toMatchObject([
    { code: 'recovery-requested', mailbox: 'info@example.org', commands: [] },
  ])
})
