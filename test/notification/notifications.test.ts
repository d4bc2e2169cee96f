import os from 'node:os'
import type { SMTPServerOptions } from 'smtp-server'
import { expect, it, onTestFinished, vi } from 'vitest'
import { untilMailsEnd } from '../kit/mail-log.js'
import { driveOutcomes, outcomeEnvironment } from '../kit/outcomes.js'
import { scratchFile, startService, type TestService } from '../kit/service.js'
import { refusal, type SmtpServer, startSmtpServer, wantsTls } from '../kit/smtp-server.js'
import { byAccount, byMailbox, CHANGES, gist, NEW_PASSWORD, post } from '../kit/submissions.js'
import { createCertificate, sharedCertificate } from '../panel-simulator/server/certificate.js'

interface Setting {
  readonly service: TestService
  readonly smtp: SmtpServer
}

async function startWithMail(environment: Record<string, string> = {}): Promise<Setting> {
  const smtp = await startSmtpServer()
  return { smtp, service: await startAt(`smtp://127.0.0.1:${smtp.port}`, environment) }
}

function startAt(url: string, environment: Record<string, string> = {}): Promise<TestService> {
  return startService({
    environment: { REKEY_SMTP_URL: url, REKEY_MAIL_FROM: 'Post <post@bücher.example>', ...environment },
  })
}

/** Waits until a message has been sent or dropped, and returns the log lines about it. */
async function settled(service: TestService): Promise<Record<string, unknown>[]> {
  await untilMailsEnd(service, 1)
  return service.logged('notification-')
}

/** Changes a password, and returns what the log says about the first try to send the notification. There are no retries. */
async function firstTry(service: TestService): Promise<Record<string, unknown> | undefined> {
  await post(service, byMailbox())
  await vi.waitUntil(() => service.logged('notification-').length > 0, { interval: 1 })
  return service.logged('notification-')[0]
}

it('after a change the mailbox gets a notification of when it was and from where, in plain text', async () => {
  const { service, smtp } = await startWithMail({ REKEY_TRUST_PROXY: '1', REKEY_BASE_PATH: '/password' })
  const request = service.http.post(`/password${CHANGES}`).set('x-forwarded-for', '203.0.113.9')
  expect(gist(await request.send(byMailbox()))).toBe('200 changed')
  const [line] = await settled(service)
  const [message, ...others] = smtp.messages
  expect(others).toEqual([])
  expect(message).toMatchObject({ from: 'post@bücher.example', to: ['info@example.org'] })
  expect(message?.headers).toMatchObject({
    from: 'Post <post@xn--bcher-kva.example>',
    to: 'info@example.org',
    subject: 'The password of info@example.org was changed',
    'auto-submitted': 'auto-generated',
    'message-id': expect.stringMatching(/^<[0-9a-f-]{36}@xn--bcher-kva\.example>$/),
    'content-type': 'text/plain; charset=utf-8',
  })
  const date = new Date(message?.headers.date ?? '')
  expect(Math.abs(date.getTime() - Date.now())).toBeLessThan(60_000)
  const time = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'long' }).format(date)
  expect(message?.text).toContain(
    `The password of the mailbox info@example.org was changed on ${time}, from the address 203.0.113.9.`,
  )
  expect(message?.text).not.toMatch(/[{}]/)
  for (const secret of ['info mail pw', NEW_PASSWORD]) expect(JSON.stringify(message)).not.toContain(secret)
  const { requestId } = service.attempts()[0] ?? {}
  expect(line).toMatchObject({
    event: 'notification-sent',
    level: 30,
    requestId,
    mailbox: 'info@example.org',
    tries: 1,
  })
})

it('after a change a mailbox of an internationalised domain gets it too', async () => {
  const { service, smtp } = await startWithMail()
  await post(service, byMailbox({ email: 'kontakt@BÜCHER.example', currentPassword: 'kontakt mail pw' }))
  await settled(service)
  expect(smtp.messages[0]?.headers.to).toBe('kontakt@xn--bcher-kva.example')
  expect(smtp.messages[0]?.to).toEqual(['kontakt@bücher.example'])
})

it('after a change and after nothing else is a notification sent', async () => {
  const { service, smtp } = await startWithMail(outcomeEnvironment)
  await driveOutcomes(service)
  await service.app.drain()
  const changes = service.attempts().filter(({ code }) => code === 'changed')
  expect(changes.length).toBeGreaterThan(1)
  expect(smtp.messages.map(({ to }) => to)).toEqual(changes.map(({ mailbox }) => [mailbox]))
})

it('after a change no notification is sent where no mail server is configured', async () => {
  const service = await startService()
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  await service.app.drain()
  expect(service.logged('notification-')).toEqual([])
})

it('the mail server makes nobody wait by being slow', async () => {
  const { service, smtp } = await startWithMail()
  const release = smtp.hold()
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(smtp.messages).toEqual([])
  expect(service.logged('notification-')).toEqual([])
  release()
  await settled(service)
  expect(smtp.messages).toHaveLength(1)
})

it('the mail server is asked again, by the same message, until it takes it', async () => {
  const { service, smtp } = await startWithMail()
  smtp.refusals.push(refusal(451, 'canary-1 info@example.org'), refusal(421, 'canary-2'))
  await post(service, byMailbox())
  expect(await settled(service)).toEqual([
    expect.objectContaining({
      event: 'notification-delayed',
      level: 40,
      tries: 1,
      errorCode: 'EENVELOPE',
      smtpStatus: 451,
    }),
    expect.objectContaining({ event: 'notification-delayed', level: 40, tries: 2, smtpStatus: 421 }),
    expect.objectContaining({ event: 'notification-sent', tries: 3 }),
  ])
  expect(smtp.messages).toHaveLength(1)
  expect(service.logText()).not.toContain('canary')
})

it('the mail server that is down fails no change, and is given up in the end', async () => {
  const service = await startAt('smtp://127.0.0.1:1')
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  const lines = await settled(service)
  expect(lines.map(({ event }) => event)).toEqual([
    ...Array(4).fill('notification-delayed'),
    'notification-dropped',
  ])
  expect(lines.at(-1)).toMatchObject({ level: 50, tries: 5, reason: 'gave-up', errorCode: 'ECONNREFUSED' })
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
})

it('the mail server is told in the language that the person was answered in, and whom to turn to', async () => {
  const { service, smtp } = await startWithMail({ REKEY_SUPPORT_CONTACT: 'Helpdesk, +49 30 1234' })
  await service.http.post(CHANGES).set('accept-language', 'de').send(byMailbox())
  await settled(service)
  expect(smtp.messages[0]?.headers.subject).toContain('Passwort')
  expect(smtp.messages[0]?.text).toContain('Helpdesk, +49 30 1234')
})

it('the mail server that refuses the mailbox for good is asked once, and its words stay out of the log', async () => {
  const { service, smtp } = await startWithMail({ REKEY_LOG_MAILBOX: 'hashed' })
  smtp.refusals.push(refusal(550, 'no such user: info@example.org canary'))
  await post(service, byMailbox())
  const lines = await settled(service)
  const { requestId, mailbox } = service.attempts()[0] ?? {}
  expect(lines).toEqual([
    expect.objectContaining({
      event: 'notification-dropped',
      reason: 'refused',
      smtpStatus: 550,
      requestId,
      mailbox,
    }),
  ])
  expect(mailbox).toMatch(/^hashed:/)
  expect(smtp.senders).toHaveLength(1)
  expect(service.logText()).not.toMatch(/canary|info|example/)
})

it('the mail server is given the name and the password, and the log is not', async () => {
  const smtp = await startSmtpServer()
  const service = await startAt(`smtp://re%40key:p%40ss%20%C3%A4@127.0.0.1:${smtp.port}`)
  await post(service, byMailbox())
  await settled(service)
  expect(smtp.logins).toEqual(['re@key p@ss ä'])
  expect(service.logText()).not.toMatch(/p@ss|p%40ss|re@key/)
})

it.each([
  ['530 before STARTTLS', 'MAIL', 530],
  ['550 for the sender', 'MAIL', 550],
  ['530 for want of a login', 'RCPT', 530],
  ['503 for the order of the commands', 'RCPT', 503],
])(
  'the mail server that answers %s is asked again: that is no word on the mailbox',
  async (_what, command, status) => {
    const refuse = (_address: unknown, _session: unknown, callback: (error?: Error | null) => void): void =>
      callback(refusal(status, 'not yet'))
    const smtp = await startSmtpServer(command === 'MAIL' ? { onMailFrom: refuse } : { onRcptTo: refuse })
    const service = await startAt(`smtp://127.0.0.1:${smtp.port}`)
    expect(await firstTry(service)).toMatchObject({
      event: 'notification-delayed',
      errorCode: 'EENVELOPE',
      smtpStatus: status,
    })
  },
)

it('a mail server that refuses mail of those who give no full host name, as Hestia’s does, gets one', async () => {
  const names: string[] = []
  const smtp = await startSmtpServer({
    onMailFrom(_address, { hostNameAppearsAs }, callback) {
      names.push(hostNameAppearsAs)
      callback(/^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(hostNameAppearsAs) ? null : refusal(550, 'HELO'))
    },
  })
  vi.spyOn(os, 'hostname').mockReturnValue('0123456789ab')
  onTestFinished(() => void vi.restoreAllMocks())
  for (const environment of [{}, { REKEY_SMTP_HELO: 'rekey.example.org' }]) {
    const service = await startAt(`smtp://127.0.0.1:${smtp.port}`, environment)
    await post(service, byMailbox())
    await settled(service)
  }
  expect(names).toEqual(['xn--bcher-kva.example', 'rekey.example.org'])
  expect(smtp.messages).toHaveLength(2)
})

it('a mail server on the loopback that wants STARTTLS gets it, whatever its certificate', async () => {
  const smtp = await startSmtpServer(wantsTls)
  const service = await startAt(`smtp://me:secret@127.0.0.1:${smtp.port}`)
  await post(service, byMailbox())
  expect(await settled(service)).toEqual([expect.objectContaining({ event: 'notification-sent', tries: 1 })])
  expect(smtp.messages).toMatchObject([{ overTls: true }])
  await vi.waitUntil(() => smtp.commands.includes('QUIT'))
  expect(smtp.commands).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'QUIT'])
})

it('a mail server on the loopback that offers no STARTTLS is sent the message in clear', async () => {
  const smtp = await startSmtpServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  const service = await startAt(`smtp://127.0.0.1:${smtp.port}`)
  await post(service, byMailbox())
  await settled(service)
  expect(smtp.messages).toMatchObject([{ overTls: false }])
})

it.each<[string, SMTPServerOptions, string[]]>([
  ['offers none', { disabledCommands: ['AUTH'] }, []],
  ['knows no EHLO', { disabledCommands: ['EHLO', 'AUTH'] }, ['AUTH']],
  ['offers one that Rekey does not know', { authMethods: ['XOAUTH2'] }, ['AUTH']],
])(
  'a mail server that takes no login although one is set is sent no message: it %s',
  async (_what, options, tried) => {
    const smtp = await startSmtpServer(options)
    const service = await startAt(`smtp://me:secret@127.0.0.1:${smtp.port}`)
    expect(await firstTry(service)).toMatchObject({
      event: 'notification-delayed',
      errorCode: 'login-not-offered',
    })
    expect(smtp.commands.filter((command) => command === 'AUTH')).toEqual(tried)
    expect([smtp.logins, smtp.senders, smtp.messages]).toEqual([[], [], []])
  },
)

it('a mail server that offers a login only under TLS gets it there', async () => {
  const smtp = await startSmtpServer({ allowInsecureAuth: false })
  const service = await startAt(`smtp://me:secret@127.0.0.1:${smtp.port}`)
  await post(service, byMailbox())
  await settled(service)
  expect([smtp.logins, smtp.messages]).toMatchObject([['me secret'], [{ overTls: true }]])
})

/** `0.0.0.0` leads to this host, but isn't one of the known local addresses. */
const ELSEWHERE = '0.0.0.0'

it('a mail server elsewhere is sent nothing in clear', async () => {
  const smtp = await startSmtpServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  const service = await startAt(`smtp://me:secret@${ELSEWHERE}:${smtp.port}`)
  expect(await firstTry(service)).toMatchObject({ event: 'notification-delayed', errorCode: 'ETLS' })
  expect([smtp.logins, smtp.senders, smtp.messages]).toEqual([[], [], []])
})

it.each(['smtp', 'smtps'])(
  'a mail server elsewhere is sent nothing if its certificate is not trusted (%s)',
  async (scheme) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const smtp = await startSmtpServer({ secure: scheme === 'smtps' })
    const service = await startAt(`${scheme}://me:secret@${ELSEWHERE}:${smtp.port}`)
    expect(await firstTry(service)).toMatchObject({
      event: 'notification-delayed',
      errorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect([smtp.logins, smtp.senders, smtp.messages]).toEqual([[], [], []])
  },
)

it.each(['smtp', 'smtps'])(
  'a mail server with a self-signed certificate is sent the message if that certificate is configured (%s)',
  async (scheme) => {
    const [{ certificate, fingerprint }, another] = await Promise.all([
      sharedCertificate(),
      createCertificate(),
    ])
    const smtp = await startSmtpServer({ ...wantsTls, secure: scheme === 'smtps' })
    const send = async (host: string, trust: Record<string, string>) => {
      return await firstTry(await startAt(`${scheme}://me:secret@${host}:${smtp.port}`, trust))
    }
    const sent = { event: 'notification-sent', tries: 1 }
    expect(await send(ELSEWHERE, { REKEY_SMTP_CERT_SHA256: fingerprint })).toMatchObject(sent)
    expect(await send('127.0.0.1', { REKEY_SMTP_CA_FILE: scratchFile(certificate) })).toMatchObject(sent)
    expect([smtp.logins, smtp.messages]).toMatchObject([{ length: 2 }, { length: 2 }])
    const otherPin = { REKEY_SMTP_CERT_SHA256: another.fingerprint }
    expect(await send(ELSEWHERE, otherPin)).toMatchObject({
      event: 'notification-delayed',
      errorCode: 'tls-refused',
    })
    const otherCa = { REKEY_SMTP_CA_FILE: scratchFile(another.certificate) }
    expect(await send('127.0.0.1', otherCa)).toMatchObject({
      event: 'notification-delayed',
      errorCode: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect([smtp.logins, smtp.messages]).toMatchObject([{ length: 2 }, { length: 2 }])
  },
)

it('a mail server on the loopback whose certificate is set is sent nothing in clear', async () => {
  const { fingerprint } = await sharedCertificate()
  const smtp = await startSmtpServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
  const service = await startAt(`smtp://me:secret@127.0.0.1:${smtp.port}`, {
    REKEY_SMTP_CERT_SHA256: fingerprint,
  })
  expect(await firstTry(service)).toMatchObject({ event: 'notification-delayed', errorCode: 'ETLS' })
  expect([smtp.logins, smtp.senders, smtp.messages]).toEqual([[], [], []])
})

it('a service that stops tries a message that waits once more, at once', async () => {
  const { service, smtp } = await startWithMail()
  smtp.refusals.push(refusal(451, 'later'))
  await firstTry(service)
  await service.app.drain()
  expect(smtp.messages).toHaveLength(1)
  expect(service.logged('notification-').map(({ event }) => event)).toEqual([
    'notification-delayed',
    'notification-sent',
  ])
})

it('a service that stops says which messages it drops', async () => {
  const { service, smtp } = await startWithMail()
  smtp.refusals.push(refusal(451, 'later'), refusal(451, 'later'))
  await firstTry(service)
  await service.app.drain()
  expect(smtp.messages).toEqual([])
  expect(service.logged('notification-').at(-1)).toMatchObject({
    event: 'notification-dropped',
    reason: 'stopped',
    tries: 2,
  })
})
