import { expect, it, vi } from 'vitest'
import type { DomainLocks } from '../../src/core/domain-locks.js'
import { StoreUnavailable } from '../../src/core/outage.js'
import type { LinkKind } from '../../src/core/recovery/recovery-links.js'
import { Secret } from '../../src/lib/secret.js'
import { createRecoveryLinks } from '../../src/recovery/links.js'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { createTestClock } from '../kit/clock.js'
import {
  byLink,
  LINK_REQUEST,
  LINKS,
  makeLink,
  PUBLIC_URL,
  recoveryService,
  requestLink,
} from '../kit/recovery.js'
import { simulatorEnvironment, startService, startServiceAt, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, numberedPassword, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import type { PanelSimulator } from '../panel-simulator/simulator.js'

const CHECK = 'v-check-user-password'
const RECORD = 'v-list-user'
const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const OTHER_PASSWORD = 'a second, quite other secret'

const start = (environment?: Record<string, string>) => startService(recoveryService(environment))

/** Stops the date, and returns the function that moves it forward (ms). */
function holdDate(): (durationMs: number) => void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  return (durationMs) => void vi.setSystemTime(Date.now() + durationMs)
}

/** The commands that the panel receives during some work. */
async function commandsOf({ panel }: TestService, work: () => Promise<unknown>): Promise<string[]> {
  const before = panel.calls.length
  await work()
  return panel.calls.slice(before).map(({ command }) => command)
}

const secretOf = (url: string): string => url.slice(url.indexOf('#') + 1)

it('the owner of a hosting account makes a link, and its holder sets the mailbox’s password with it, once', async () => {
  const service = await start()
  const answer = await requestLink(service)
  expect(gist(answer)).toBe('201 recovery-link-made')
  const { url, expiresAt } = answer.body
  expect(url).toMatch(/^https:\/\/mail\.example\.com\/password\/recover#rk1\.[\w-]+\.[\w-]+$/)
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now() + 23.9 * 3_600_000)
  expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 24 * 3_600_000)

  expect(gist(await post(service, byLink(secretOf(url))))).toBe('200 changed')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(gist(await post(service, byLink(secretOf(url), OTHER_PASSWORD)))).toBe('403 recovery-invalid')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
})

it('a link takes the panel few commands, and one that was used takes none', async () => {
  const service = await start()
  let url = ''
  const making = await commandsOf(service, async () => {
    url = await makeLink(service)
  })
  expect(making).toEqual([CHECK, RECORD, VALUE])
  const redeeming = await commandsOf(service, () => post(service, byLink(url)))
  expect(redeeming).toEqual([OWNER, VALUE, CHANGE])
  expect(await commandsOf(service, () => post(service, byLink(url)))).toEqual([])
  const dotted = await makeLink(service, { ...LINK_REQUEST, email: 'solo.name@example.org' })
  expect(await commandsOf(service, () => post(service, byLink(dotted)))).toEqual([VALUE, VALUE, CHANGE])
})

it('a whole link is taken as well as its secret part, with what was copied along', async () => {
  const service = await start()
  const url = await makeLink(service)
  const pasted = ` <${url.slice(0, -20)}\r\n ${url.slice(-20)}>.\u200b`
  expect(gist(await post(service, byLink(pasted)))).toBe('200 changed')
})

it.each([
  ['forged', (url: string) => url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
  ['cut', (url: string) => url.slice(0, -4)],
  ['empty except for its form', () => 'rk1.AAAA.AAAA'],
])('a link that is %s costs no command of the panel', async (_what, spoil) => {
  const service = await start()
  const url = await makeLink(service)
  const work = async (): Promise<void> =>
    void expect(gist(await post(service, byLink(spoil(url))))).toBe('403 recovery-invalid')
  expect(await commandsOf(service, work)).toEqual([])
})

it('forged links count against the address that sends them', async () => {
  const service = await start({ REKEY_LIMIT_ADDRESS: '2/1h' })
  const codes = []
  for (let tries = 0; tries < 3; tries++) codes.push(gist(await post(service, byLink('rk1.AAAA.AAAA'))))
  expect(codes).toEqual(['403 recovery-invalid', '403 recovery-invalid', '429 too-many-attempts'])
})

it('a link works until it expires, and not from then on, without asking the panel', async () => {
  const pass = holdDate()
  const service = await start({ REKEY_LINK_LIFETIME: '90m' })
  const [one, other] = [
    await makeLink(service),
    await makeLink(service, { ...LINK_REQUEST, email: 'sales@example.org' }),
  ]
  pass(89 * 60_000)
  expect(gist(await post(service, byLink(one)))).toBe('200 changed')
  pass(60_000)
  expect(
    await commandsOf(
      service,
      async () => void expect(gist(await post(service, byLink(other)))).toBe('403 recovery-invalid'),
    ),
  ).toEqual([])
})

it('the new password is checked before the link is used up', async () => {
  const service = await start()
  const url = await makeLink(service)
  const weak = await commandsOf(service, async () => {
    expect(gist(await post(service, byLink(url, 'info')))).toBe('422 password-rejected')
  })
  expect(weak).toEqual([])
  // The link itself is checked before that.
  expect(gist(await post(service, byLink('rk1.AAAA.AAAA', 'info')))).toBe('403 recovery-invalid')
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
})

it.each<[string, (panel: PanelSimulator) => void]>([
  ['the mailbox was deleted', (panel) => panel.deleteMailbox('info@example.org')],
  [
    'the mailbox was deleted and made again',
    (panel) => {
      panel.deleteMailbox('info@example.org')
      panel.addMailbox('info@example.org', '{MD5}$1$abcdefgh$0123456789abcdefghijkl')
    },
  ],
  ['the domain was moved to another account', (panel) => panel.moveDomain('example.org', { owner: 'bob' })],
  [
    'the panel has changed the password',
    (panel) => panel.setStoredHash('info@example.org', '{MD5}$1$abcdefgh$0123456789abcdefghijkl'),
  ],
  [
    'the domain is now kept in another form',
    (panel) => panel.moveDomain('example.org', { name: 'other.example' }),
  ],
])('a link does not work any more if %s', async (_what, change) => {
  const service = await start()
  const url = await makeLink(service)
  await post(service, byMailbox({ email: 'sales@example.org', currentPassword: 'sales mail pw' }))
  change(service.panel)
  expect(gist(await post(service, byLink(url)))).toBe('403 recovery-invalid')
  expect(service.commands().filter((command) => command === CHANGE)).toHaveLength(1)
})

it('a link of a domain’s new owner works although the former one is remembered', async () => {
  const service = await start()
  await post(service, byMailbox({ email: 'sales@example.org', currentPassword: 'sales mail pw' }))
  service.panel.moveDomain('example.org', { owner: 'bob' })
  const account = { username: 'bob', password: 'bob panel pw' }
  const url = await makeLink(service, { ...LINK_REQUEST, account })
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
})

it('a link to confirm an address sets no password', async () => {
  const options = recoveryService()
  const service = await startService(options)
  const links = createRecoveryLinks([new Secret(options.environment?.REKEY_LINK_KEY ?? '')])
  const storedHash = new Secret(service.panel.mailbox('info@example.org')?.hash ?? '')
  const binding = { owner: 'alice', domainForm: 'example.org', localPart: 'info', storedHash, state: '' }
  const codeOf = async (kind: LinkKind) =>
    gist(await post(service, byLink(links.make(kind, binding, Date.now() + 60_000).reveal())))
  expect(await codeOf('confirmation')).toBe('403 recovery-invalid')
  expect(await codeOf('owner')).toBe('200 changed')
})

it('a change by a link is not sent if the domain’s lock was lost, and the link can be used again', async () => {
  const options = recoveryService()
  const clock = createTestClock()
  const store = createMemoryStore(clock)
  let isLost = true
  const locks: DomainLocks = {
    run: (mailbox, maxWaitMs, work) =>
      store.locks.run(mailbox, maxWaitMs, (lock) =>
        work({
          ...lock,
          confirm: async () => {
            if (isLost) throw new StoreUnavailable('lock-lost')
          },
        }),
      ),
  }
  const service = await startService({ ...options, clock, store: { ...store, locks } })
  const url = await makeLink(service)
  expect(gist(await post(service, byLink(url)))).toBe('503 store-unavailable')
  expect(service.commands()).not.toContain(CHANGE)
  isLost = false
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
})

it.each<[string, Record<string, unknown>]>([
  ['the mailbox’s password', byMailbox({ newPassword: OTHER_PASSWORD })],
  ['the hosting account', byAccount({}, { newPassword: OTHER_PASSWORD })],
])('a change that was proved by %s ends every link', async (_what, body) => {
  const service = await start()
  const urls = [await makeLink(service), await makeLink(service)]
  expect(gist(await post(service, body))).toBe('200 changed')
  for (const url of urls) expect(gist(await post(service, byLink(url)))).toBe('403 recovery-invalid')
  expect(await service.panel.accepts('info@example.org', OTHER_PASSWORD)).toBe(true)
})

it('the use of one link ends the others of the mailbox, and none of another mailbox', async () => {
  const service = await start()
  const [used, other] = [await makeLink(service), await makeLink(service)]
  const ofSales = await makeLink(service, { ...LINK_REQUEST, email: 'sales@example.org' })
  expect(gist(await post(service, byLink(used)))).toBe('200 changed')
  expect(gist(await post(service, byLink(other, OTHER_PASSWORD)))).toBe('403 recovery-invalid')
  expect(gist(await post(service, byLink(ofSales)))).toBe('200 changed')
})

it.each([
  ['used', async (service: TestService, url: string) => void (await post(service, byLink(url)))],
  [
    'replaced, and tried',
    async (service: TestService, url: string) => {
      service.panel.setStoredHash('info@example.org', '{MD5}$1$abcdefgh$0123456789abcdefghijkl')
      await post(service, byLink(url))
    },
  ],
])('a restored backup revives no link that was %s', async (_what, end) => {
  const service = await start()
  const { panel } = service
  const formerHash = panel.mailbox('info@example.org')?.hash ?? ''
  const url = await makeLink(service)
  await end(service, url)
  panel.setStoredHash('info@example.org', formerHash)
  expect(gist(await post(service, byLink(url, OTHER_PASSWORD)))).toBe('403 recovery-invalid')
  expect(await panel.accepts('info@example.org', 'info mail pw')).toBe(true)
})

it('a store that was lost revives no link that was used', async () => {
  const service = await start()
  const url = await makeLink(service)
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
  for (const [key] of (await service.recoveryStore?.entries('')) ?? [])
    await service.recoveryStore?.delete(key)
  expect(gist(await post(service, byLink(url, OTHER_PASSWORD)))).toBe('403 recovery-invalid')
})

it('a link for a name with a dot is no link for the names that the dot stands for', async () => {
  const service = await start()
  const url = await makeLink(service, { ...LINK_REQUEST, email: 'john-doe@example.org' })
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
  expect(await service.panel.accepts('john-doe@example.org', NEW_PASSWORD)).toBe(true)
  expect(await service.panel.accepts('john.doe@example.org', 'john.doe mail pw')).toBe(true)
})

it('no link is made for a mailbox whose change would harm another one', async () => {
  const service = await start()
  expect(gist(await requestLink(service, { ...LINK_REQUEST, email: 'john.doe@example.org' }))).toBe(
    '409 mailbox-ambiguous',
  )
})

it('a link for a mailbox whose sibling came later changes nothing', async () => {
  const service = await start()
  const hash = service.panel.mailbox('john-doe@example.org')?.hash ?? ''
  service.panel.deleteMailbox('john-doe@example.org')
  const url = await makeLink(service, { ...LINK_REQUEST, email: 'john.doe@example.org' })
  service.panel.addMailbox('john-doe@example.org', hash)
  expect(gist(await post(service, byLink(url)))).toBe('409 mailbox-ambiguous')
  expect(service.commands()).not.toContain(CHANGE)
})

it('a link is made and used for a mailbox of an internationalised domain, in any of its forms', async () => {
  const service = await start()
  const url = await makeLink(service, { ...LINK_REQUEST, email: 'kontakt@xn--bcher-kva.example' })
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
  expect(await service.panel.accepts('kontakt@bücher.example', NEW_PASSWORD)).toBe(true)
})

it.each([
  [
    'a wrong password',
    { username: 'alice', password: 'wrong' },
    'info@example.org',
    '403 invalid-credentials',
  ],
  [
    'an account that does not own the domain',
    { username: 'bob', password: 'bob panel pw' },
    'info@example.org',
    '404 mailbox-not-found',
  ],
  [
    'a mailbox that does not exist',
    { username: 'alice', password: 'alice panel pw' },
    'nobody@example.org',
    '404 mailbox-not-found',
  ],
  [
    'no one-time code where one is needed',
    { username: 'dave', password: 'dave panel pw' },
    'dave@dave.example',
    '403 code-required',
  ],
  [
    'a wrong one-time code',
    { username: 'dave', password: 'dave panel pw', code: '000000' },
    'dave@dave.example',
    '403 invalid-credentials',
  ],
  [
    'a suspended account',
    { username: 'carol', password: 'carol panel pw' },
    'carol@carol.example',
    '403 mailbox-suspended',
  ],
  [
    'an administrator’s account',
    { username: 'admin', password: 'Adm1n-secret' },
    'info@example.org',
    '403 invalid-credentials',
  ],
])('no link is made with %s', async (_what, account, email, expected) => {
  const service = await start()
  expect(gist(await requestLink(service, { email, account }))).toBe(expected)
  expect(gist(await service.http.post(`${LINKS}/end`).send({ email, account }))).toBe(
    expected === '404 mailbox-not-found' ? '200 recovery-links-ended' : expected,
  )
})

it('wrong passwords for links count as guesses at the account', async () => {
  const service = await start({ REKEY_LIMIT_FAILURES: '2/1h' })
  const wrong = { ...LINK_REQUEST, account: { username: 'alice', password: 'wrong' } }
  const codes = []
  for (let tries = 0; tries < 3; tries++) codes.push(gist(await requestLink(service, wrong)))
  expect(codes).toEqual(['403 invalid-credentials', '403 invalid-credentials', '429 too-many-attempts'])
  expect(gist(await post(service, byAccount()))).toBe('429 too-many-attempts')
})

it('an owner makes at most twenty links an hour; refused ones are not counted as guesses', async () => {
  const service = await start({ REKEY_LIMIT_FAILURES: '1/1h' })
  for (let made = 0; made < 20; made++) await makeLink(service)
  const refused = await requestLink(service)
  expect(gist(refused)).toBe('429 too-many-attempts')
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3000)
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
  service.clock.advance(3_600_000)
  expect(gist(await requestLink(service))).toBe('201 recovery-link-made')
})

it('an owner ends all links of the account, and makes new ones', async () => {
  const service = await start()
  const former = [
    await makeLink(service),
    await makeLink(service, { ...LINK_REQUEST, email: 'sales@example.org' }),
  ]
  const ofBob = await makeLink(service, {
    email: 'bob@bob.example.com',
    account: { username: 'bob', password: 'bob panel pw' },
  })
  expect(gist(await service.http.post(`${LINKS}/end`).send(LINK_REQUEST))).toBe('200 recovery-links-ended')
  const later = await makeLink(service)
  for (const url of former) expect(gist(await post(service, byLink(url)))).toBe('403 recovery-invalid')
  expect(gist(await post(service, byLink(later)))).toBe('200 changed')
  expect(gist(await post(service, byLink(ofBob)))).toBe('200 changed')
})

it('a link can be used again if the panel had no time for the change', async () => {
  const service = await start()
  const url = await makeLink(service)
  service.panel.failNext(CHANGE, { kind: 'exit', run: false, code: 14 })
  expect(gist(await post(service, byLink(url)))).toBe('503 panel-busy')
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
})

it('a link can be used again when its mailbox is suspended no more', async () => {
  const service = await start()
  const url = await makeLink(service, { ...LINK_REQUEST, email: 'paused@example.org' })
  expect(gist(await post(service, byLink(url)))).toBe('403 mailbox-suspended')
  expect(gist(await post(service, byLink(url)))).toBe('403 mailbox-suspended')
})

it('if the panel’s answer is lost, the outcome is looked for, and the link stays used', async () => {
  const service = await start()
  const url = await makeLink(service)
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  expect(gist(await post(service, byLink(url)))).toBe('200 changed')
  const second = await makeLink(service)
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' })
  expect(gist(await post(service, byLink(second, OTHER_PASSWORD)))).toBe('504 change-not-confirmed')
  expect(gist(await post(service, byLink(second, OTHER_PASSWORD)))).toBe('403 recovery-invalid')
})

it('of two people with one link at the same moment one wins, also on two instances', async () => {
  const options = recoveryService()
  const clock = createTestClock()
  const one = await startService({ ...options, clock })
  const environment = { ...simulatorEnvironment(one.panel), ...options.environment }
  const other = await startServiceAt(one.panel, environment, { clock, recoveryStore: one.recoveryStore })
  const url = await makeLink(one)
  const answers = await Promise.all([post(one, byLink(url)), post(other, byLink(url, OTHER_PASSWORD))])
  expect(answers.map(gist).toSorted()).toEqual(['200 changed', '403 recovery-invalid'])
  const winner = gist(answers[0]) === '200 changed' ? NEW_PASSWORD : OTHER_PASSWORD
  expect(await one.panel.accepts('info@example.org', winner)).toBe(true)
})

it('of people with a link each for one mailbox at the same moment one wins', async () => {
  const service = await start()
  const urls = [await makeLink(service), await makeLink(service), await makeLink(service)]
  const answers = await Promise.all(
    urls.map((url, index) => post(service, byLink(url, numberedPassword(index)))),
  )
  const gists = answers.map(gist)
  expect(gists.toSorted()).toEqual(['200 changed', '403 recovery-invalid', '403 recovery-invalid'])
  const winner = numberedPassword(gists.indexOf('200 changed'))
  expect(await service.panel.accepts('info@example.org', winner)).toBe(true)
})

it('a link of the former key works while that is named', async () => {
  const options = recoveryService()
  const first = await startService(options)
  const url = await makeLink(first)
  const rotated = {
    ...simulatorEnvironment(first.panel),
    ...recoveryService({ REKEY_LINK_KEY: 'another key of 32 bytes or more, later' }).environment,
  }
  const without = await startServiceAt(first.panel, rotated, { recoveryStore: first.recoveryStore })
  expect(gist(await post(without, byLink(url)))).toBe('403 recovery-invalid')
  const previous = { REKEY_LINK_KEY_PREVIOUS: options.environment?.REKEY_LINK_KEY ?? '' }
  const withPrevious = await startServiceAt(
    first.panel,
    { ...rotated, ...previous },
    { recoveryStore: first.recoveryStore },
  )
  expect(gist(await post(withPrevious, byLink(url)))).toBe('200 changed')
})

it('a link begins with the configured address, whatever the request says of its host', async () => {
  const service = await start({ REKEY_TRUST_PROXY: '1' })
  const answer = await service.http
    .post(LINKS)
    .set({ host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' })
    .send(LINK_REQUEST)
  expect(answer.body.url).toMatch(new RegExp(`^${PUBLIC_URL}`))
})

it('links, and the passwords set by them, are not in the log', async () => {
  const service = await start({ REKEY_LOG_LEVEL: 'debug' })
  const url = await makeLink(service)
  await post(service, byLink(url))
  await post(service, byLink(url))
  const secret = secretOf(url)
  for (const part of [secret, ...secret.split('.').slice(1), NEW_PASSWORD])
    expect(service.logText()).not.toContain(part)
  expect(service.attempts()).toMatchObject([
    { code: 'recovery-link-made', proof: 'account', mailbox: 'info@example.org', account: 'alice' },
    { code: 'changed', proof: 'recovery', mailbox: 'info@example.org' },
    { code: 'recovery-invalid', proof: 'recovery', mailbox: 'info@example.org' },
  ])
})

it('without a public address there are no links', async () => {
  const service = await startService()
  expect(gist(await requestLink(service))).toBe('404 not-found')
  expect(gist(await post(service, byLink('rk1.AAAA.AAAA')))).toBe('400 invalid-request')
})

it('without proof by account nobody makes links, and those that exist can be used', async () => {
  const service = await start({ REKEY_PROOFS: 'mailbox' })
  expect(gist(await requestLink(service))).toBe('404 not-found')
  expect(gist(await post(service, byLink('rk1.AAAA.AAAA')))).toBe('403 recovery-invalid')
})

it('a store that can’t be used keeps links from being made and used, and nothing is changed', async () => {
  const options = recoveryService()
  const service = await startService(options)
  const url = await makeLink(service)
  const fail = async (): Promise<never> => {
    throw new StoreUnavailable('ENOSPC')
  }
  Object.assign(service.recoveryStore ?? {}, { get: fail, add: fail, set: fail })
  expect(gist(await requestLink(service))).toBe('503 store-unavailable')
  expect(gist(await post(service, byLink(url)))).toBe('503 store-unavailable')
  expect(service.commands()).not.toContain(CHANGE)
})
