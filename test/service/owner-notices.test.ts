import { expect, it, vi } from 'vitest'
import { byLink, makeLink, recoveryService } from '../kit/recovery.js'
import { startService } from '../kit/service.js'
import { startSmtpServer } from '../kit/smtp-server.js'
import { byMailbox, post } from '../kit/submissions.js'

async function start(environment: Record<string, string> = {}) {
  const smtp = await startSmtpServer()
  const mail = { REKEY_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, REKEY_MAIL_FROM: 'post@example.org' }
  const service = await startService(recoveryService({ ...mail, ...environment }))
  const recipients = async (count: number): Promise<readonly string[]> => {
    await vi.waitUntil(() => smtp.messages.length >= count, { interval: 1 })
    return smtp.messages.flatMap(({ to }) => to).toSorted()
  }
  return { service, smtp, recipients }
}

it('the owner of the hosting account is told of a change if that is configured, after the answer', async () => {
  const { service, smtp, recipients } = await start({ REKEY_NOTIFY_OWNER: 'true' })
  await post(service, byMailbox())
  expect(await recipients(2)).toEqual(['alice@contact.example', 'info@example.org'])
  const mail = smtp.messages.find(({ to }) => to.includes('alice@contact.example'))
  expect(mail?.text).toContain('of your hosting account alice')
  expect(service.commands().at(-1)).toBe('v-list-user')
})

it('the owner is told of a change by a link too, and so is the mailbox', async () => {
  const { service, smtp, recipients } = await start({ REKEY_NOTIFY_OWNER: 'true' })
  await post(service, byLink(await makeLink(service)))
  // The mailbox was also told of the link.
  expect(await recipients(3)).toEqual(['alice@contact.example', 'info@example.org', 'info@example.org'])
  const mail = smtp.messages.find(({ to }) => to.includes('alice@contact.example'))
  expect(mail?.text).toContain('of your hosting account alice was changed')
})

it('the owner is not told of a change unless that is configured', async () => {
  const { service, recipients } = await start()
  await post(service, byMailbox())
  expect(await recipients(1)).toEqual(['info@example.org'])
  expect(service.commands()).not.toContain('v-list-user')
})

it('an owner whose address is the mailbox is not told twice', async () => {
  const { service, recipients } = await start({ REKEY_NOTIFY_OWNER: 'true' })
  service.panel.account('alice').contact = 'info@example.org'
  await post(service, byMailbox())
  await recipients(1)
  await service.app.drain()
  expect(await recipients(1)).toEqual(['info@example.org'])
})

it('an owner whom the panel doesn’t name is not told, and the log says so', async () => {
  const { service, recipients } = await start({ REKEY_NOTIFY_OWNER: 'true' })
  service.panel.failNext('v-list-user json', { kind: 'exit', run: false, code: 14 })
  await post(service, byMailbox())
  await recipients(1)
  await vi.waitUntil(() => service.logText().includes('owner-not-told'), { interval: 1 })
  expect(service.logText()).toMatch(/"event":"owner-not-told".*"reason":"load-too-high"/)
})

it('the mailbox is told of each link that was made for it', async () => {
  const { service, smtp, recipients } = await start()
  const url = await makeLink(service)
  expect(await recipients(1)).toEqual(['info@example.org'])
  expect(smtp.messages[0]?.text).toContain('made a link for the mailbox info@example.org')
  expect(smtp.messages[0]?.text).not.toContain(url.slice(url.indexOf('#')))
})
