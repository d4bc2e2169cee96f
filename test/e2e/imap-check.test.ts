import { beforeAll, describe, expect, it } from 'vitest'
import { createStrangeAuthority } from './kit/authority.js'
import { type MailHost, startMailHost } from './kit/mail-host.js'
import { type Rekey, startRekey } from './kit/rekey.js'

const NEW_PASSWORD = 'a wholly new secret'
const PERSON = '203.0.113.9'

let host: MailHost

beforeAll(async () => {
  host = await startMailHost()
})

/** The service, which checks mailbox passwords by logging in to the mail server. */
function startWithImap(url: string, caFile = ''): Promise<Rekey> {
  return startRekey(host.panel, {
    REKEY_MAILBOX_CHECK: 'imap',
    REKEY_IMAP_URL: url,
    REKEY_IMAP_CA_FILE: caFile,
    REKEY_TRUST_PROXY: '1',
  })
}

/** The status and the code of the answer to a change. */
async function change(rekey: Rekey, email: string, currentPassword: string): Promise<string> {
  const answer = await fetch(`${rekey.url}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': PERSON },
    body: JSON.stringify({ email, currentPassword, newPassword: NEW_PASSWORD }),
  })
  const { code } = (await answer.json()) as { code: string }
  return `${answer.status} ${code}`
}

describe.each([
  { way: 'without TLS', port: 'imapPort', scheme: 'imap', hasCa: false, logged: 'secured', name: 'info' },
  { way: 'over STARTTLS', port: 'imapPort', scheme: 'imap', hasCa: true, logged: 'TLS', name: 'sales' },
  { way: 'over imaps', port: 'imapsPort', scheme: 'imaps', hasCa: true, logged: 'TLS', name: 'legacy' },
] as const)('a login to Dovecot $way', ({ way, port, scheme, hasCa, logged, name }) => {
  it(`a login to Dovecot ${way} tells the right password from a wrong one`, async () => {
    const { dovecot } = host
    const address = `${name}@example.org`
    const rekey = await startWithImap(`${scheme}://127.0.0.1:${dovecot[port]}`, hasCa ? dovecot.caFile : '')

    expect(await change(rekey, address, 'wrong')).toBe('403 invalid-credentials')
    expect(await change(rekey, address, `${name} mail pw`)).toBe('200 changed')

    expect(dovecot.log()).toMatch(new RegExp(`Login: user=<${address}>.*, rip=${PERSON}.*, ${logged}, `))
    await expect.poll(() => dovecot.accepts(address, NEW_PASSWORD)).toBe(true)
    expect(await dovecot.accepts(address, `${name} mail pw`)).toBe(false)
  })
})

it('a change is confirmed after its answer by a login to Dovecot', async () => {
  const { dovecot } = host
  const rekey = await startWithImap(`imap://127.0.0.1:${dovecot.imapPort}`)
  const logins = () => dovecot.log().match(/Login: user=<solo\.name@example\.org>/g)?.length ?? 0
  expect(await change(rekey, 'solo.name@example.org', 'solo mail pw')).toBe('200 changed')
  expect(logins()).toBe(1)
  await expect.poll(logins, { timeout: 15_000 }).toBe(2)
  expect(rekey.lines().filter(({ event }) => String(event).startsWith('new-password'))).toEqual([])
})

it('a mail server that is not the one it should be is told no password', async () => {
  const { dovecot } = host
  const url = `imaps://127.0.0.1:${dovecot.imapsPort}`
  const rekey = await startWithImap(url, await createStrangeAuthority())
  expect(await change(rekey, 'john-doe@example.org', 'john-doe mail pw')).toBe('503 mail-server-unavailable')
  expect(dovecot.log()).not.toContain('john-doe')
})
