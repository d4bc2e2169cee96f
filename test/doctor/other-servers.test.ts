import { expect, it, onTestFinished } from 'vitest'
import { examineProxySettings } from '../../src/doctor/proxy-settings.js'
import { diagnose, startScopedPanel } from '../kit/doctor.js'
import { startLine } from '../kit/line-server.js'
import { type MailServerOptions, startMailServer } from '../kit/mail-server.js'
import { startSmtpServer } from '../kit/smtp-server.js'

it.each([
  [undefined, 'store-unavailable', 'ECONNREFUSED'],
  ['-WRONGPASS invalid username-password pair', 'store-refused', 'WRONGPASS'],
  ['-NOAUTH Authentication required.', 'store-refused', 'NOAUTH'],
])('of Redis, the doctor that says %s tells the reason', async (line, code, reason) => {
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

it('of the mail server, the doctor tells whether it can be asked for a login, without one', async () => {
  expect(await diagnoseMail({})).toBe('ok')
  expect(await diagnoseMail({}, { REKEY_IMAP_CERT_SHA256: '' })).toBe('mail-server-tls')
  expect(await diagnoseMail({ capabilities: 'LOGINDISABLED' })).toBe('mail-server-refuses')
  const nothing = `imaps://127.0.0.1:${await startLine(undefined)}`
  expect(await diagnoseMail({}, { REKEY_IMAP_URL: nothing })).toBe('mail-server-unavailable')
})

async function diagnoseNotifications(login: string, port: number) {
  const panel = await startScopedPanel()
  const url = `smtp://${login}127.0.0.1:${port}`
  return await diagnose(panel, { REKEY_SMTP_URL: url, REKEY_MAIL_FROM: 'post@example.org' })
}

it('of the mail server for notifications, the doctor tells whether it lets Rekey in, and sends nothing', async () => {
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

it.each([
  ['127.0.0.1', 0, 'proxy-not-trusted'],
  ['::1', 0, 'proxy-not-trusted'],
  ['127.0.0.1', 1, 'ok'],
  ['127.0.0.1', ['loopback'], 'ok'],
  ['0.0.0.0', 1, 'listens-in-clear'],
  ['::', 0, 'listens-in-clear'],
])('of the proxy, the settings listening on %s and trusting %j tell: %s', (host, trustProxy, word) => {
  const findings = examineProxySettings({ host, trustProxy })
  expect(findings.map((finding) => ('code' in finding ? finding.code : finding.status))).toEqual([word])
})
