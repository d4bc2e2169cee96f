import type { Response } from 'supertest'
import { expect, it, onTestFinished, vi } from 'vitest'
import { StoreUnavailable } from '../../src/core/outage.js'
import { Secret } from '../../src/lib/secret.js'
import { createRecoveryLinks } from '../../src/recovery/links.js'
import { createRecordSeal } from '../../src/recovery/sealed-records.js'
import { startMailServer } from '../kit/mail-server.js'
import {
  ADDRESS_REQUEST,
  ADDRESSES,
  addressService,
  byLink,
  LINK_REQUEST,
  linkIn,
  makeLink,
  PUBLIC_URL,
  RECOVERY_KEY,
  recoveryService,
} from '../kit/recovery.js'
import {
  scratchFile,
  simulatorEnvironment,
  startService,
  startServiceAt,
  type TestService,
  type TestServiceOptions,
} from '../kit/service.js'
import { mailsTo, type SmtpServer, startSmtpServer } from '../kit/smtp-server.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, numberedPassword, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Setting {
  readonly service: TestService
  readonly smtp: SmtpServer
  readonly options: TestServiceOptions
  /** Moves the date forward (ms). */
  pass(durationMs: number): void
}

async function start(
  environment: Record<string, string> = {},
  more: Partial<TestServiceOptions> = {},
): Promise<Setting> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const smtp = await startSmtpServer({ disabledCommands: ['STARTTLS'] })
  const options = { ...addressService(smtp.port, environment), ...more }
  const service = await startService(options)
  const pass = (durationMs: number): void => void vi.setSystemTime(Date.now() + durationMs)
  return { service, smtp, options, pass }
}

const set = (service: TestService, more: Record<string, unknown> = {}): Promise<Response> =>
  service.http
    .post(ADDRESSES)
    .send({ ...ADDRESS_REQUEST, ...more })
    .then((response) => response)

const confirm = (service: TestService, recovery: string): Promise<Response> =>
  service.http
    .post(`${ADDRESSES}/confirm`)
    .send({ recovery })
    .then((response) => response)

const remove = (service: TestService, removal: string): Promise<Response> =>
  service.http
    .post(`${ADDRESSES}/remove`)
    .send({ removal })
    .then((response) => response)

/** The last link that was mailed to an address, of this many. */
async function linkTo(smtp: SmtpServer, address = 'jane@example.net', count = 1): Promise<string> {
  const mails = await mailsTo(smtp, address, count)
  return linkIn(mails.at(-1))
}

/** Sets an address and confirms it with the mail. */
async function enrol({ service, smtp }: Setting, more: Record<string, unknown> = {}): Promise<void> {
  const address = String(more.recoveryAddress ?? ADDRESS_REQUEST.recoveryAddress)
  const before = smtp.messages.filter(({ to }) => to.includes(address)).length
  const { status } = await set(service, more)
  const link = await linkTo(smtp, address, before + 1)
  const confirmed = await confirm(service, link)
  if (status !== 202 || confirmed.status !== 200) throw new Error(`${status} and ${gist(confirmed)}`)
}

/** The commands that the panel receives during some work. */
async function commandsOf({ panel }: TestService, work: () => Promise<unknown>): Promise<string[]> {
  const before = panel.calls.length
  await work()
  return panel.calls.slice(before).map(({ command }) => command)
}

it('the user of a mailbox sets a recovery address, and confirms it by the link that is mailed there', async () => {
  const { service, smtp } = await start()
  expect(gist(await set(service))).toBe('202 recovery-address-sent')
  const [mail] = await mailsTo(smtp, 'jane@example.net')
  expect(mail?.text).toContain('info@example.org')
  const link = linkIn(mail)
  expect(link.startsWith(`${PUBLIC_URL}recovery-address/confirm#rk1.`)).toBe(true)

  const confirmed = await confirm(service, link)
  expect(gist(confirmed)).toBe('200 recovery-address-confirmed')
  expect(confirmed.body.mailbox).toBe('info@example.org')
  const [told] = await mailsTo(smtp, 'info@example.org')
  expect(told?.text).toContain('j…@e….net')
  expect(told?.text).not.toContain('jane')
  expect(smtp.messages).toHaveLength(2)
})

it('to set and to confirm an address takes the panel few commands, and a link that was used takes none', async () => {
  const { service, smtp } = await start()
  expect(await commandsOf(service, () => set(service))).toEqual([OWNER, VALUE, VALUE])
  const link = await linkTo(smtp)
  expect(await commandsOf(service, () => confirm(service, link))).toEqual([VALUE])
  expect(await commandsOf(service, () => confirm(service, link))).toEqual([])
  expect(await commandsOf(service, () => confirm(service, 'rk1.AAAA.AAAA'))).toEqual([])
})

it.each([
  ['a wrong password', { currentPassword: 'wrong' }, '403 invalid-credentials'],
  ['half an address', { recoveryAddress: 'jane' }, '400 invalid-request'],
  ['the mailbox itself', { recoveryAddress: 'Info@Example.org' }, '400 invalid-request'],
  ['an alias of the mailbox', { recoveryAddress: 'hello@example.org' }, '400 invalid-request'],
])('no address is set with %s, and no mail is sent', async (_what, more, expected) => {
  const { service, smtp } = await start()
  service.panel.setAliases('info@example.org', 'office,hello')
  expect(gist(await set(service, more))).toBe(expected)
  expect(await service.recoveryStore?.entries('')).toEqual([])
  await service.app.drain()
  expect(smtp.messages).toEqual([])
})

it('whether an address is an alias is told to nobody who doesn’t know the password', async () => {
  const { service } = await start()
  service.panel.setAliases('info@example.org', 'hello')
  const wrong = { currentPassword: 'wrong', recoveryAddress: 'hello@example.org' }
  expect(gist(await set(service, wrong))).toBe('403 invalid-credentials')
})

it('the mails are in the language of the page on which the address was set', async () => {
  const { service, smtp } = await start()
  await service.http.post(ADDRESSES).set('accept-language', 'de').send(ADDRESS_REQUEST)
  await confirm(service, await linkTo(smtp))
  const [mail] = await mailsTo(smtp, 'info@example.org')
  expect(mail?.text).toContain('automatisch')
})

it('wrong passwords count as guesses, and a right one is proof', async () => {
  const { service } = await start({ REKEY_LIMIT_FAILURES: '2/1h' })
  const codes = []
  for (let tries = 0; tries < 3; tries++) codes.push(gist(await set(service, { currentPassword: 'wrong' })))
  expect(codes).toEqual(['403 invalid-credentials', '403 invalid-credentials', '429 too-many-attempts'])
})

it('scanners that GET and HEAD the links of a mail use nothing up', async () => {
  const { service, smtp } = await start()
  await set(service)
  const link = await linkTo(smtp)
  const { pathname } = new URL(link)
  for (const method of ['get', 'head'] as const) {
    await service.http[method](pathname.replace('/password', ''))
    const response = await service.http[method](`${ADDRESSES}/confirm`)
    expect(response.status).toBe(405)
  }
  expect(gist(await confirm(service, link))).toBe('200 recovery-address-confirmed')
})

it('a link that sets a password confirms no address, nor the reverse', async () => {
  const { service, smtp } = await start()
  expect(gist(await confirm(service, await makeLink(service, LINK_REQUEST)))).toBe('403 recovery-invalid')
  await set(service)
  expect(gist(await post(service, byLink(await linkTo(smtp))))).toBe('403 recovery-invalid')
})

it('the owner of the account ends links of every kind', async () => {
  const { service, smtp } = await start()
  await set(service)
  await service.http.post('/api/v1/recovery-links/end').send(LINK_REQUEST)
  expect(gist(await confirm(service, await linkTo(smtp)))).toBe('403 recovery-invalid')
})

it('a fourth mail of a day is not sent, with the same answer, which the log tells', async () => {
  const { service, smtp } = await start()
  for (let mails = 1; mails <= 3; mails++) await set(service)
  expect(gist(await set(service))).toBe('202 recovery-address-sent')
  await mailsTo(smtp, 'jane@example.net', 3)
  await service.app.drain()
  expect(smtp.messages).toHaveLength(3)
  expect(service.logged('recovery-mail-held')).toMatchObject([
    { mailbox: 'info@example.org', limit: 'confirmations-mailbox' },
  ])
})

it('the answer to a change shows its sender the address masked, and lets it be removed', async () => {
  const setting = await start()
  const { service, smtp } = setting
  await enrol(setting)
  const changed = await post(service, byMailbox())
  expect(changed.body).toMatchObject({
    code: 'changed',
    recoveryAddress: { masked: 'j…@e….net', ended: true },
  })
  const { removal } = changed.body.recoveryAddress
  expect(gist(await remove(service, removal))).toBe('200 recovery-address-removed')
  // A link, the change, and the removal.
  const toJane = await mailsTo(smtp, 'jane@example.net', 3)
  const toMailbox = (await mailsTo(smtp, 'info@example.org', 3)).filter(({ text }) =>
    text.includes('j…@e….net'),
  )
  expect(toMailbox).toHaveLength(2)
  expect(toJane.filter(({ text }) => text.includes('j…@e….net'))).toHaveLength(1)
  expect(gist(await remove(service, removal))).toBe('200 recovery-address-removed')
  const again = await post(
    service,
    byMailbox({ currentPassword: NEW_PASSWORD, newPassword: numberedPassword(1) }),
  )
  expect(again.body).toEqual({ code: 'changed' })
})

it('the owner of the hosting account is told that an address was set and removed, if that is configured', async () => {
  const setting = await start({ REKEY_NOTIFY_OWNER: 'true' })
  const { service, smtp } = setting
  await enrol(setting)
  const changed = await post(service, byMailbox())
  await remove(service, changed.body.recoveryAddress.removal)
  const mails = await mailsTo(smtp, 'alice@contact.example', 3)
  const aboutAddress = mails.filter(({ text }) =>
    text.startsWith('The recovery address of the mailbox info@'),
  )
  expect(aboutAddress).toHaveLength(2)
  for (const { text } of aboutAddress) {
    expect(text).toMatch(
      /of your hosting account alice was set or removed on .*, from the address 127\.0\.0\.1\./,
    )
    expect(text).not.toContain('example.net')
  }
})

it('nobody else is shown anything of an address', async () => {
  const setting = await start()
  const { service, pass } = setting
  await enrol(setting)
  pass(8 * DAY_MS)
  const url = await makeLink(service, LINK_REQUEST)
  expect((await post(service, byLink(url, numberedPassword(1)))).body).toEqual({ code: 'changed' })
  expect((await post(service, byAccount({}, { newPassword: numberedPassword(2) }))).body).toEqual({
    code: 'changed',
  })
  const form = { email: 'info@example.org', password: numberedPassword(2), new: numberedPassword(3) }
  const plain = await service.http.post('/reset/mail/').type('form').send(form)
  expect(plain.text).toBe('==ok==')
})

/** Whether the address of info@example.org still works, according to a change with the mailbox's password. */
async function outlasts(service: TestService, currentPassword: string): Promise<boolean | undefined> {
  const { body } = await post(service, byMailbox({ currentPassword, newPassword: numberedPassword(99) }))
  expect(body.code).toBe('changed')
  return body.recoveryAddress && !body.recoveryAddress.ended
}

it('an address that was confirmed a week ago outlasts changes with the mailbox’s password', async () => {
  const setting = await start()
  const { service, pass } = setting
  await enrol(setting)
  pass(7 * DAY_MS)
  service.clock.advance(60_000)
  const commands = await commandsOf(service, () => post(service, byMailbox()))
  expect(commands).toEqual([VALUE, VALUE, CHANGE, VALUE])
  expect(await outlasts(service, NEW_PASSWORD)).toBe(true)
})

it('without a recovery address a change takes the panel no more commands', async () => {
  const { service } = await start()
  expect(await commandsOf(service, () => post(service, byMailbox()))).toEqual([OWNER, VALUE, CHANGE])
})

it('a link that was sent to an address sets a password, and the address outlasts that too', async () => {
  const setting = await start()
  const { service, options, pass } = setting
  await enrol(setting)
  pass(7 * DAY_MS)
  const { environment = {} } = options
  const { recoveryStore } = service
  const [entry = ['', ''] as const] = (await recoveryStore?.entries('address:')) ?? []
  const id = createRecordSeal(new Secret(RECOVERY_KEY)).open(...entry)?.confirmed?.id
  const storedHash = new Secret(service.panel.mailbox('info@example.org')?.hash ?? '')
  const binding = {
    owner: 'alice',
    domainForm: 'example.org',
    localPart: 'info',
    storedHash,
    state: ` ${id}`,
  }
  const links = createRecoveryLinks([new Secret(environment.REKEY_LINK_KEY ?? '')])
  const link = links.make('address', binding, Date.now() + HOUR_MS).reveal()
  expect((await post(service, byLink(link))).body).toEqual({ code: 'changed' })
  expect(await outlasts(service, NEW_PASSWORD)).toBe(true)
})

it('a record that was copied to another mailbox’s key is none, and the log says so without its content', async () => {
  const setting = await start()
  const { service } = setting
  const sales = { email: 'sales@example.org', currentPassword: 'sales mail pw' }
  await enrol(setting, { ...sales, recoveryAddress: 'thief@evil.example' })
  const [[, value] = ['', '']] = (await service.recoveryStore?.entries('address:')) ?? []
  await service.recoveryStore?.set(
    createRecordSeal(new Secret(RECOVERY_KEY)).keyOf('info@example.org'),
    value,
  )
  expect((await post(service, byMailbox())).body).toEqual({ code: 'changed' })
  const [line] = service.logged('recovery-address-unreadable')
  expect(line).toMatchObject({ mailbox: 'info@example.org' })
  expect(service.logText()).not.toContain(value)
})

it('under another key there is no address, and nothing is written over', async () => {
  const setting = await start()
  const { service, options } = setting
  await enrol(setting)
  const before = await service.recoveryStore?.entries('')
  const environment = {
    ...simulatorEnvironment(service.panel),
    ...options.environment,
    REKEY_RECOVERY_KEY: 'another recovery key of 32 bytes, later',
  }
  const other = await startServiceAt(service.panel, environment, { recoveryStore: service.recoveryStore })
  expect((await post(other, byMailbox())).body).toEqual({ code: 'changed' })
  expect(await service.recoveryStore?.entries('')).toEqual(before)
})

it('with the mail server’s check, an address is set only for a hash that is known', async () => {
  const mailServer = await startMailServer()
  onTestFinished(() => mailServer.close())
  const { service } = await start({
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: mailServer.url.href,
    REKEY_IMAP_CA_FILE: scratchFile(mailServer.certificate.certificate),
  })
  expect(gist(await set(service))).toBe('202 recovery-address-sent')
  service.panel.setStoredHash('info@example.org', '{UNHEARD-OF}abc')
  expect(gist(await set(service))).toBe('409 change-password-first')
})

it('a store that can’t be used sets and confirms no address, and keeps no change from being made', async () => {
  const setting = await start()
  const { service, smtp, pass } = setting
  await enrol(setting)
  await set(service, { recoveryAddress: 'john@example.net' })
  const link = await linkTo(smtp, 'john@example.net')
  const { get } = service.recoveryStore ?? {}
  pass(7 * DAY_MS)
  Object.assign(service.recoveryStore ?? {}, {
    async get(key: string) {
      if (key.startsWith('address:')) throw new StoreUnavailable('ENOSPC')
      return get?.(key)
    },
  })
  expect(gist(await set(service))).toBe('503 store-unavailable')
  expect(gist(await confirm(service, link))).toBe('403 recovery-invalid')
  expect((await post(service, byMailbox())).body).toEqual({ code: 'changed' })
  expect(service.logged('recovery-address-not-kept')).toMatchObject([{ reason: 'store-unavailable ENOSPC' }])
})

it('neither addresses nor links nor what removes an address are in the log', async () => {
  const setting = await start({ REKEY_LOG_LEVEL: 'debug' })
  const { service, smtp } = setting
  await enrol(setting)
  const link = await linkTo(smtp)
  const { body } = await post(service, byMailbox())
  const { removal, masked } = body.recoveryAddress
  await remove(service, removal)
  await remove(service, 'forged')
  await service.app.drain()
  const parts = ['jane', 'example.net', masked, removal, ...removal.split('.'), ...link.split('.').slice(-2)]
  for (const part of parts) expect(service.logText()).not.toContain(part)
  expect(service.attempts()).toMatchObject([
    { code: 'recovery-address-sent', proof: 'mailbox', mailbox: 'info@example.org' },
    { code: 'recovery-address-confirmed', proof: 'recovery', mailbox: 'info@example.org' },
    { code: 'changed' },
    { code: 'recovery-address-removed', proof: 'recovery', mailbox: 'info@example.org' },
    { code: 'removal-expired', proof: 'recovery' },
  ])
})

it('without a recovery key there are no recovery addresses', async () => {
  const service = await startService(recoveryService())
  for (const path of [ADDRESSES, `${ADDRESSES}/confirm`, `${ADDRESSES}/remove`]) {
    expect((await service.http.post(path).send(ADDRESS_REQUEST)).status).toBe(404)
  }
})
