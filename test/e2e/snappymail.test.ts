import { beforeAll, expect, it } from 'vitest'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { type Rekey, startRekey } from './kit/rekey.js'

let host: MailHost
let rekey: Rekey

beforeAll(async () => {
  host = await startMailHost()
  rekey = await startRekey(host.panel)
})

/** Whether SnappyMail’s plugin would report that the password was changed. It reads only the body. */
async function change(email: string, password: string, newPassword: string): Promise<boolean> {
  const answer = await fetch(`${rekey.url}/reset/mail/`, {
    method: 'POST',
    body: new URLSearchParams({ email, password, new: newPassword }),
  })
  return Buffer.from(await answer.arrayBuffer()).equals(Buffer.from('==ok=='))
}

it('SnappyMail changes the password, byte for byte as it wants to be told', async () => {
  expect(await change('info@example.org', 'info mail pw', 'changed by SnappyMail')).toBe(true)
  await expect.poll(() => host.dovecot.accepts('info@example.org', 'changed by SnappyMail')).toBe(true)
  expect(await host.dovecot.accepts('info@example.org', 'info mail pw')).toBe(false)
})

it.each([
  ['a wrong password', 'sales@example.org', 'wrong', 'a wholly new secret'],
  ['a new password that breaks a rule', 'sales@example.org', 'sales mail pw', 'short'],
  ['a mailbox that does not exist', 'nobody@example.org', 'sales mail pw', 'a wholly new secret'],
])('SnappyMail never takes %s for a success', async (_what, email, password, newPassword) => {
  expect(await change(email, password, newPassword)).toBe(false)
  expect(await host.dovecot.accepts('sales@example.org', 'sales mail pw')).toBe(true)
})
