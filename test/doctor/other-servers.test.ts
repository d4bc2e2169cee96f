import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { examineProxySettings } from '../../src/doctor/proxy-settings.js'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { startLine } from '../kit/line-server.js'
import { type MailServerOptions, startMailServer } from '../kit/mail-server.js'
import { scratchFolder } from '../kit/service.js'
import { refusal, startSmtpServer, wantsTls } from '../kit/smtp-server.js'
import { createCertificate } from '../panel-simulator/server/certificate.js'

it.each([
  [undefined, 'store-unavailable', 'ECONNREFUSED'],
  ['-WRONGPASS invalid username-password pair', 'store-refused', 'WRONGPASS'],
  ['-NOAUTH Authentication required.', 'store-refused', 'NOAUTH'],
  ["-READONLY You can't write against a read only replica.", 'store-read-only', 'READONLY'],
  ['-LOADING Redis is loading the dataset in memory', 'store-loading', 'LOADING'],
  ["-OOM command not allowed when used memory > 'maxmemory'.", 'store-full', 'OOM'],
  ['-MISCONF Redis is configured to save RDB snapshots', 'store-not-saving', 'MISCONF'],
  ["-CROSSSLOT Keys in request don't hash to the same slot", 'store-is-cluster', 'CROSSSLOT'],
])('about Redis, the doctor that says %s prints the reason', async (line, code, reason) => {
  const panel = await startScopedPanel()
  const url = `redis://:canary@127.0.0.1:${await startLine(line)}`
  const { gist, text } = await diagnose(panel, { REKEY_REDIS_URL: url, REKEY_LINK_KEY: 'k'.repeat(32) })
  expect(gist).toMatchObject({ key: 'ok', store: code })
  expect(text('store')).toContain(reason)
})

async function diagnoseMail(options: MailServerOptions, environment: Record<string, string> = {}) {
  const panel = await startScopedPanel()
  const server = await startMailServer(options)
  onTestFinished(() => server.close())
  const { gist } = await diagnose(panel, {
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: server.url.origin === 'null' ? server.url.href : server.url.origin,
    REKEY_IMAP_CERT_SHA256: server.certificate.fingerprint,
    ...environment,
  })
  expect(server.logins).toEqual([])
  return gist['mail-server']
}

it('about the mail server, the doctor says whether a login is possible, without one', async () => {
  expect(await diagnoseMail({})).toBe('ok')
  expect(await diagnoseMail({}, { REKEY_IMAP_CERT_SHA256: '' })).toBe('mail-server-tls')
  expect(await diagnoseMail({ capabilities: 'LOGINDISABLED' })).toBe('mail-server-refuses')
  const nothing = `imaps://127.0.0.1:${await startLine(undefined)}`
  expect(await diagnoseMail({}, { REKEY_IMAP_URL: nothing })).toBe('mail-server-unavailable')
})

async function diagnoseNotifications(
  login: string,
  port: number,
  { host = '127.0.0.1', ...environment }: Record<string, string> = {},
) {
  const panel = await startScopedPanel()
  const url = `smtp://${login}${host}:${port}`
  return await diagnose(panel, {
    REKEY_SMTP_URL: url,
    REKEY_MAIL_FROM: 'Post <post@example.org>',
    ...environment,
  })
}

it('about the mail server for notifications, the doctor says whether it accepts Rekey, and sends nothing', async () => {
  const smtp = await startSmtpServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) =>
      password === 'right' ? done(null, { user: 'me' }) : done(new Error('canary no')),
  })
  expect((await diagnoseNotifications('', smtp.port)).gist.notifications).toBe('ok')
  expect((await diagnoseNotifications('me:right@', smtp.port)).gist.notifications).toBe('ok')
  const refused = await diagnoseNotifications('me:canary@', smtp.port)
  expect(refused.gist.notifications).toBe('notification-server-refused')
  expect(refused.text('notifications')).not.toContain('canary')
  expect((await diagnoseNotifications('', await startLine(undefined))).gist.notifications).toBe(
    'notification-server-unavailable',
  )
  expect(smtp.messages).toEqual([])
})

it('about the mail server for notifications, the doctor tests what a notification needs, and cancels it', async () => {
  const smtp = await startSmtpServer(wantsTls)
  expect((await diagnoseNotifications('', smtp.port)).gist.notifications).toBe('ok')
  await vi.waitUntil(() => smtp.commands.includes('QUIT'))
  expect(smtp.commands).toEqual(['EHLO', 'STARTTLS', 'EHLO', 'MAIL', 'RCPT', 'RSET', 'QUIT'])
  const inClear = await startSmtpServer({ ...wantsTls, disabledCommands: ['STARTTLS'] })
  const refused = await diagnoseNotifications('', inClear.port)
  expect(refused.gist.notifications).toBe('notification-refused')
  expect(refused.text('notifications')).toContain('530')
})

it.each([
  [450, 'notification-recipient-refused'],
  [550, 'notification-recipient-refused'],
])(
  'about the mail server for notifications, the doctor warns if it accepts no mail for the sender (%i), without the server’s words',
  async (status, code) => {
    const smtp = await startSmtpServer()
    smtp.refusals.push(refusal(status, 'canary-1\r\ncanary-2'))
    const { findings, gist, text } = await diagnoseNotifications('', smtp.port)
    expect(gist.notifications).toBe(code)
    expect(findings.find(({ check }) => check === 'notifications')?.status).toBe('warning')
    expect(text('notifications')).toContain(`(${status})`)
    expect(text('notifications')).not.toContain('canary')
  },
)

it('about the mail server for notifications, the doctor says that it offers no login although one is configured', async () => {
  const smtp = await startSmtpServer({ disabledCommands: ['AUTH'] })
  expect((await diagnoseNotifications('', smtp.port)).gist.notifications).toBe('ok')
  const { gist } = await diagnoseNotifications('me:right@', smtp.port)
  expect(gist.notifications).toBe('notification-login-not-offered')
})

it('about the mail server for notifications, the doctor says that its TLS can’t be trusted', async () => {
  const smtp = await startSmtpServer()
  const { fingerprint } = await createCertificate()
  for (const environment of [
    { host: '0.0.0.0' },
    { REKEY_SMTP_CERT_SHA256: fingerprint },
    { REKEY_SMTP_URL: `smtps://0.0.0.0:${(await startSmtpServer({ secure: true })).port}` },
  ]) {
    const { gist } = await diagnoseNotifications('', smtp.port, environment)
    expect(gist.notifications).toBe('notification-server-tls')
  }
  const plain = await startSmtpServer({ disabledCommands: ['STARTTLS'] })
  const { gist } = await diagnoseNotifications('', plain.port, { REKEY_SMTP_CERT_SHA256: fingerprint })
  expect(gist.notifications).toBe('notification-server-tls')
})

it.each([
  ['127.0.0.1', 0, 'proxy-not-trusted'],
  ['::1', 0, 'proxy-not-trusted'],
  ['127.0.0.1', 1, 'ok'],
  ['127.0.0.1', ['loopback'], 'ok'],
  ['0.0.0.0', 1, 'listens-in-clear'],
  ['::', 0, 'listens-in-clear'],
])(
  'about the proxy, the settings listening on %s and trusting %j result in: %s',
  (host, trustProxy, word) => {
    const findings = examineProxySettings({ listen: { host, port: 8080 }, trustProxy })
    expect(findings.map((finding) => ('code' in finding ? finding.code : finding.status))).toEqual([word])
  },
)

it('about the socket for the proxy, the doctor says whether the service answers there', async () => {
  const path = join(scratchFolder({}), 'rekey.sock')
  const look = async () => diagnose(await startScopedPanel(), { REKEY_HOST: `unix:${path}` })
  const { gist, text } = await look()
  expect([gist.socket, gist.proxy]).toEqual(['socket-not-answered', 'ok'])
  expect(text('socket')).toContain(`${path} (ENOENT)`)
  const service = createServer((_request, response) => void response.end()).listen(path)
  onTestFinished(() => void service.close())
  await once(service, 'listening')
  expect((await look()).gist.socket).toBe('ok')
})
