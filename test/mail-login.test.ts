import { domainToUnicode } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type MailServer, startMailServer } from './kit/mail-server.js'
import { scratchFile, startService, type TestService } from './kit/service.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD, post } from './kit/submissions.js'
import type { PanelSimulator } from './panel-simulator/simulator.js'

const CHANGE = 'v-change-mail-account-password'
const VALUE = 'v-get-mail-account-value'

interface Setting {
  readonly service: TestService
  readonly mailServer: MailServer
}

/** The service, and a mail server that lets in whom the panel's mailboxes let in. */
async function startWithMailServer(environment: Record<string, string> = {}): Promise<Setting> {
  let panel: PanelSimulator | undefined
  const mailServer = await startMailServer({
    async accepts(address, password) {
      const [localPart, domain = ''] = address.split('@')
      const stored = `${localPart}@${domainToUnicode(domain)}`
      return panel?.mailbox(stored) !== undefined && (await panel.accepts(stored, password))
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
  panel = service.panel
  return { service, mailServer }
}

/** What was asked of the panel about mailboxes: the last argument names it. */
function valuesAsked({ panel }: TestService): (string | undefined)[] {
  return panel.calls.filter(({ command }) => command === VALUE).map(({ args }) => args.at(-1))
}

describe('a mailbox password that the mail server checks', () => {
  it('lets its owner change it, and no stored hash leaves the panel', async () => {
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
    expect(valuesAsked(service)).toEqual(['account'])
  })

  it('of an internationalised domain is tried under its name in ASCII', async () => {
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
  ])('refuses %s, and asks the mail server about each alike', async (_what, body) => {
    const { service, mailServer } = await startWithMailServer()
    expect(gist(await post(service, body))).toBe('403 invalid-credentials')
    expect(mailServer.logins).toHaveLength(1)
    expect(service.commands()).not.toContain(CHANGE)
  })

  it('lets nobody in whom the panel knows by another name, whatever the mail server says', async () => {
    const { service, mailServer } = await startWithMailServer()
    mailServer.faults.set('credentials', { says: 'TAG OK Welcome.' })
    for (const email of ['inf.@example.org', 'nobody@example.org', 'info@unknown.example']) {
      expect(gist(await post(service, byMailbox({ email })))).toBe('403 invalid-credentials')
    }
    expect(service.commands()).not.toContain(CHANGE)
  })

  it('does not let a sibling be damaged', async () => {
    const { service } = await startWithMailServer()
    const body = byMailbox({ email: 'john.doe@example.org', currentPassword: 'john.doe mail pw' })
    expect(gist(await post(service, body))).toBe('409 mailbox-ambiguous')
    expect(service.commands()).not.toContain(CHANGE)
  })

  it('that can’t be checked is not a wrong one, for a mailbox that is there or not', async () => {
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
      changeSent: false,
      level: 50,
    })
    for (const secret of ['canary', 'mail pw', NEW_PASSWORD]) expect(service.logText()).not.toContain(secret)
    mailServer.faults.clear()
    expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  })

  it('can’t be checked by a mail server that is down', async () => {
    const { service, mailServer } = await startWithMailServer()
    await mailServer.close()
    expect(gist(await post(service, byMailbox()))).toBe('503 mail-server-unavailable')
    expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable' })
    expect(gist(await post(service, byAccount()))).toBe('200 changed')
  })

  it('is not sent to a mail server that can’t prove who it is', async () => {
    const { service, mailServer } = await startWithMailServer({ REKEY_IMAP_CA_FILE: '' })
    expect(gist(await post(service, byMailbox()))).toBe('503 mail-server-unavailable')
    expect(service.attempts()[0]).toMatchObject({ reason: 'tls-refused' })
    expect(mailServer.logins).toEqual([])
  })
})

describe('a change whose answer was lost, where the mail server checks passwords', () => {
  it.each([
    ['made', 'after-run', '200 changed'],
    ['not made', 'before-run', '503 panel-unavailable'],
  ] as const)('and was %s is found out by a login', async (_what, when, expected) => {
    const { service, mailServer } = await startWithMailServer()
    service.panel.failNext(CHANGE, { kind: 'reset', when })
    expect(gist(await post(service, byMailbox()))).toBe(expected)
    expect(mailServer.logins.at(-1)).toMatchObject({ password: NEW_PASSWORD, clientAddress: '127.0.0.1' })
    expect(valuesAsked(service)).toEqual(['account'])
    expect(service.attempts()[0]).toMatchObject(
      when === 'after-run' ? { evidence: 'looked-up' } : { changeSent: true },
    )
  })

  it('is not known where the mail server has gone too', async () => {
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
})

describe('readiness, where the mail server checks passwords', () => {
  it('names what is wrong with the mail server, logs in nobody, and is told at most every 30 s', async () => {
    const { service, mailServer } = await startWithMailServer()
    expect((await service.http.get('/readyz')).body).toEqual({ status: 'ready', faults: [] })
    mailServer.faults.set('greeting', 'close')
    expect((await service.http.get('/readyz')).status).toBe(200)
    service.clock.advance(30_000)
    const response = await service.http.get('/readyz')
    expect(response.status).toBe(503)
    expect(response.body.faults).toEqual([{ code: 'mail-server-closed' }])
    expect(mailServer.connections).toBe(2)
    expect(mailServer.logins).toEqual([])
  })
})
