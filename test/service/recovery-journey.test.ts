import { expect, it, vi } from 'vitest'
import { untilMailsEnd } from '../kit/mail-log.js'
import { encode, solve } from '../kit/puzzle.js'
import {
  ADDRESS_REQUEST,
  ADDRESSES,
  addressService,
  byLink,
  linkIn,
  PUBLIC_URL,
  REQUESTS,
} from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { mailsTo, type SmtpServer, startSmtpServer } from '../kit/smtp-server.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'

const DAY_MS = 24 * 3_600_000
const OTHER_PASSWORD = 'a second, quite other secret'
const HELP_BY_ADDRESS = { email: 'info@example.org', helper: 'address' }

async function start(environment?: Record<string, string>) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const smtp = await startSmtpServer()
  const service = await startService(addressService(smtp.port, environment))
  /** No mail may be on its way: the mail client counts its time-outs by the date. */
  const pass = (durationMs: number): void => {
    vi.setSystemTime(Date.now() + durationMs)
    service.clock.advance(durationMs)
  }
  return { service, smtp, pass }
}

/** Sets jane@example.net as the recovery address of info@example.org. */
async function enrol(service: TestService, smtp: SmtpServer): Promise<void> {
  await service.http.post(ADDRESSES).send(ADDRESS_REQUEST)
  const [mail] = await mailsTo(smtp, 'jane@example.net', 1)
  const answer = await service.http.post(`${ADDRESSES}/confirm`).send({ recovery: linkIn(mail) })
  expect(gist(answer)).toBe('200 recovery-address-confirmed')
  await untilMailsEnd(service, 2)
}

/** Requests a link, and returns the result. */
async function askForLink(
  service: TestService,
  email = 'info@example.org',
): Promise<Record<string, unknown>> {
  const results = () => service.logged('recovery-request')
  const before = results().length
  expect(gist(await service.http.post(REQUESTS).send({ ...HELP_BY_ADDRESS, email }))).toBe(
    '202 recovery-requested',
  )
  service.clock.advance(60_000)
  await vi.waitUntil(() => results().length > before, { interval: 1 })
  return results()[before] ?? {}
}

it('a person who lost the password gets a link at the recovery address, and sets a new one', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(DAY_MS)
  expect(await askForLink(service)).toMatchObject({ result: 'mail-sent', helper: 'address' })
  const [, mail] = await mailsTo(smtp, 'jane@example.net', 2)
  expect(gist(await post(service, byLink(linkIn(mail))))).toBe('200 changed')
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  const [, , told] = await mailsTo(smtp, 'jane@example.net', 3)
  expect(told?.text).toContain('You get this message because yours is its recovery address.')
  expect(service.logText()).not.toContain('jane')
})

it('a mailed link begins with the configured address, whatever the request says of its host', async () => {
  const { service, smtp, pass } = await start({ REKEY_TRUST_PROXY: '1' })
  await enrol(service, smtp)
  pass(DAY_MS)
  const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
  await service.http.post(REQUESTS).set(forged).send(HELP_BY_ADDRESS)
  service.clock.advance(60_000)
  const [, mail] = await mailsTo(smtp, 'jane@example.net', 2)
  expect(mail?.text).toContain(`${PUBLIC_URL}recover#rk1.`)
  expect(mail?.text).not.toContain('evil')
})

it('no link is mailed to an address that has become an alias of the mailbox', async () => {
  const { service, smtp, pass } = await start()
  await service.http.post(ADDRESSES).send({ ...ADDRESS_REQUEST, recoveryAddress: 'jane@example.org' })
  const [mail] = await mailsTo(smtp, 'jane@example.org', 1)
  await service.http.post(`${ADDRESSES}/confirm`).send({ recovery: linkIn(mail) })
  pass(DAY_MS)
  service.panel.setAliases('info@example.org', 'jane')
  expect(await askForLink(service)).toMatchObject({ result: 'skipped', reason: 'own-address' })
})

it('a link that was mailed works for half an hour, and asking again ends no former one', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(DAY_MS)
  await askForLink(service)
  await untilMailsEnd(service, 3)
  pass(16 * 60_000)
  await askForLink(service)
  await untilMailsEnd(service, 4)
  const [, first, second] = await mailsTo(smtp, 'jane@example.net', 3)
  pass(13 * 60_000)
  expect(gist(await post(service, byLink(linkIn(first))))).toBe('200 changed')
  expect(gist(await post(service, byLink(linkIn(second))))).toBe('403 recovery-invalid')
  await askForLink(service)
})

it('a link that was mailed is useless when half an hour is over', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(DAY_MS)
  await askForLink(service)
  await untilMailsEnd(service, 3)
  const [, mail] = await mailsTo(smtp, 'jane@example.net', 2)
  pass(30 * 60_000)
  expect(gist(await post(service, byLink(linkIn(mail))))).toBe('403 recovery-invalid')
})

it('an address can’t recover its mailbox on its first day', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(DAY_MS - 120_000)
  expect(await askForLink(service)).toMatchObject({ result: 'skipped', reason: 'address-too-new' })
})

it('after the owner’s change the mail says that the address is of no use any more, and has no link', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(30 * DAY_MS)
  await post(service, byAccount({}, { newPassword: OTHER_PASSWORD }))
  await mailsTo(smtp, 'jane@example.net', 2)
  expect(await askForLink(service)).toMatchObject({ result: 'mail-sent' })
  const [, , mail] = await mailsTo(smtp, 'jane@example.net', 3)
  expect(mail?.text).toContain('So we can’t send you a link.')
  expect(linkIn(mail)).toBe('')
})

it('a thief with the password who names his address is out when the rightful person changes it', async () => {
  const { service, smtp, pass } = await start()
  await enrol(service, smtp)
  pass(3 * DAY_MS)
  await askForLink(service)
  const [, stolen] = await mailsTo(smtp, 'jane@example.net', 2)
  expect(gist(await post(service, byMailbox({ newPassword: OTHER_PASSWORD })))).toBe('200 changed')
  expect(gist(await post(service, byLink(linkIn(stolen))))).toBe('403 recovery-invalid')
  await askForLink(service)
  const mails = await mailsTo(smtp, 'jane@example.net', 3)
  expect(mails.slice(2).map(linkIn).join('')).toBe('')
  expect(await service.panel.accepts('info@example.org', OTHER_PASSWORD)).toBe(true)
})

it.each([
  ['takes mails', () => undefined],
  ['is slow', (smtp: SmtpServer) => smtp.hold()],
])(
  'the panel is asked for the same, whether or not a mailbox has a recovery address, or exists, if the mail server %s',
  async (_how, prepare) => {
    const { service, smtp, pass } = await start()
    await enrol(service, smtp)
    pass(DAY_MS)
    const release = prepare(smtp)
    const commandsFor = async (email: string): Promise<string[]> => {
      const before = service.panel.calls.length
      await askForLink(service, email)
      return service.panel.calls.slice(before).map(({ command }) => command)
    }
    await commandsFor('legacy@example.org')
    const real = await commandsFor('info@example.org')
    expect(real).toEqual(['v-get-mail-account-value'])
    expect(await commandsFor('sales@example.org')).toEqual(real)
    expect(await commandsFor('nobody@example.org')).toEqual(real)
    release?.()
  },
)

it('two hundred addresses that ask for a link to one mailbox send one mail, and its link works for the rightful person', async () => {
  const { service, smtp, pass } = await start({ REKEY_TRUST_PROXY: '1' })
  await enrol(service, smtp)
  pass(DAY_MS)
  const ask = (from: string, solution?: string) =>
    service.http
      .post(REQUESTS)
      .set('x-forwarded-for', from)
      .send({ ...HELP_BY_ADDRESS, solution })
  for (let index = 0; index < 200; index++) {
    await ask(`10.0.${index}.1`)
    if (index % 20 === 0) service.clock.advance(60_000)
  }
  const refused = await ask('198.51.100.9')
  const answer = await ask('198.51.100.9', encode(solve(refused.body.challenge)))
  expect(gist(answer)).toBe('202 recovery-requested')
  service.clock.advance(60_000)
  const [, mail] = await mailsTo(smtp, 'jane@example.net', 2)
  expect(gist(await post(service, byLink(linkIn(mail))))).toBe('200 changed')
  await service.app.drain()
  const subjects = smtp.messages
    .filter(({ to }) => to.includes('jane@example.net'))
    .map(({ headers }) => headers.subject)
  expect(subjects).toHaveLength(3)
})

it('from the fourth request of a day a puzzle comes first, also for a mailbox that there is not', async () => {
  const { service } = await start()
  for (const email of ['info@example.org', 'nobody@example.org']) {
    for (let times = 0; times < 3; times++)
      await service.http.post(REQUESTS).send({ ...HELP_BY_ADDRESS, email })
    const answer = await service.http.post(REQUESTS).send({ ...HELP_BY_ADDRESS, email })
    expect([gist(answer), typeof answer.body.challenge]).toEqual(['429 too-many-attempts', 'object'])
  }
})
