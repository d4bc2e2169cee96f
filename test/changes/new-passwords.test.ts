import { expect, it, onTestFinished, vi } from 'vitest'
import { type MailServer, startMailServer } from '../kit/mail-server.js'
import { counted, scrape, withMetrics } from '../kit/metrics.js'
import { scratchFile, startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

interface Setting {
  readonly service: TestService
  readonly mailServer: MailServer
  /** The passwords that were tried after the answer. */
  readonly triedNew: () => string[]
}

/** The service, and a mail server with the passwords of the panel's mailboxes. */
async function startWithMailServer(environment: Record<string, string> = {}): Promise<Setting> {
  let started: TestService | undefined
  const mailServer = await startMailServer({
    accepts: async (address, password) => (await started?.panel.accepts(address, password)) ?? false,
  })
  onTestFinished(() => mailServer.close())
  started = await startService({
    environment: {
      ...withMetrics,
      REKEY_MAILBOX_CHECK: 'imap',
      REKEY_IMAP_URL: String(mailServer.url),
      REKEY_IMAP_CA_FILE: scratchFile(mailServer.certificate.certificate),
      ...environment,
    },
  })
  const triedNew = () =>
    mailServer.logins.map(({ password }) => password).filter((password) => password === NEW_PASSWORD)
  return { service: started, mailServer, triedNew }
}

/** The panel's disk is full: the command reports success but writes nothing. */
function fillDisk({ panel }: TestService): void {
  panel.failNext(CHANGE, { kind: 'exit', run: false, code: 0, output: '' })
}

async function resultsOf(service: TestService): Promise<Record<string, number>> {
  const results = Object.entries(counted(await scrape(service)))
  const own = results.filter(([series]) => series.startsWith('rekey_new_password_checks_total'))
  return Object.fromEntries(own.map(([series, count]) => [/result="(.*)"/.exec(series)?.[1], count]))
}

/** Lets time pass until the checks have had these results. */
async function passUntil(service: TestService, results: Record<string, number>): Promise<void> {
  const pass = async () => {
    service.clock.advance(200)
    expect(await resultsOf(service)).toEqual(results)
  }
  await vi.waitFor(pass, { interval: 1, timeout: 5000 })
}

it.each([
  ['the mailbox’s password', byMailbox()],
  ['the hosting account', byAccount()],
])(
  'a change that the panel said it made and didn’t is told of after the answer, proved by %s',
  async (_what, body) => {
    const { service, triedNew } = await startWithMailServer()
    fillDisk(service)
    expect(gist(await post(service, body))).toBe('200 changed')
    expect(triedNew()).toEqual([])
    await passUntil(service, { refused: 1 })
    expect(triedNew()).toHaveLength(3)
    const { requestId } = service.attempts()[0] ?? {}
    expect(service.logged('new-password-')).toEqual([
      expect.objectContaining({
        event: 'new-password-refused',
        level: 50,
        requestId,
        mailbox: 'info@example.org',
      }),
    ])
    expect(service.attempts()).toHaveLength(1)
    expect(service.logText()).not.toContain(NEW_PASSWORD)
  },
)

it('a change that was made is confirmed by one login, as the person’s, and leaves no line', async () => {
  const { service, mailServer, triedNew } = await startWithMailServer({ REKEY_TRUST_PROXY: '1' })
  expect(gist(await post(service, byMailbox(), '203.0.113.9'))).toBe('200 changed')
  await passUntil(service, { accepted: 1 })
  expect(triedNew()).toHaveLength(1)
  expect(mailServer.logins.at(-1)).toMatchObject({
    address: 'info@example.org',
    clientAddress: '203.0.113.9',
  })
  expect(service.logged('new-password-')).toEqual([])
})

it('a change is not said to have failed where the mail server can’t be asked', async () => {
  const { service, mailServer } = await startWithMailServer({ REKEY_LOG_MAILBOX: 'hashed' })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  await mailServer.close()
  await passUntil(service, { unknown: 1 })
  expect(service.logged('new-password-')).toEqual([
    expect.objectContaining({
      event: 'new-password-unchecked',
      level: 40,
      reason: 'unreachable',
      mailbox: expect.stringMatching(/^hashed:/),
    }),
  ])
})

it('nothing is checked after an answer that speaks of no change, or of one that a login has confirmed', async () => {
  const { service, triedNew } = await startWithMailServer()
  expect(gist(await post(service, '{'))).toBe('400 invalid-request')
  expect(gist(await post(service, byMailbox({ currentPassword: 'wrong' })))).toBe('403 invalid-credentials')
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(triedNew()).toHaveLength(1)
  service.clock.advance(60_000)
  await service.app.drain()
  expect(triedNew()).toHaveLength(1)
  expect(await resultsOf(service)).toEqual({})
})

it('a service that stops waits for the check of the last change, within bounds', async () => {
  const { service, mailServer, triedNew } = await startWithMailServer()
  mailServer.faults.set('greeting', 'hang')
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
  await service.app.drain()
  expect(service.logged('new-password-')).toEqual([
    expect.objectContaining({ event: 'new-password-unchecked', reason: 'stopped' }),
  ])
  expect(triedNew()).toEqual([])
})

it('checks of new passwords at a mail server that hangs leave room for people’s own passwords', async () => {
  const { service, mailServer } = await startWithMailServer()
  mailServer.faults.set('credentials', 'hang')
  for (let change = 0; change < 8; change++) {
    expect(gist(await post(service, byAccount()))).toBe('200 changed')
    service.clock.advance(1500)
  }
  await vi.waitUntil(() => mailServer.silences === 1)
  mailServer.faults.clear()
  const own = byMailbox({ currentPassword: NEW_PASSWORD, newPassword: 'another wholly new secret' })
  expect(gist(await post(service, own))).toBe('200 changed')
  expect(mailServer.silences).toBe(1)
})
