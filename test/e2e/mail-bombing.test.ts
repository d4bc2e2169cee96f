import { expect, it, vi } from 'vitest'
import { encode, solve } from '../kit/puzzle.js'
import { HELP_REQUEST, helpEnvironment, PUBLIC_URL, REQUESTS, recoveryService } from '../kit/recovery.js'
import { startService } from '../kit/service.js'
import { startSmtpServer } from '../kit/smtp-server.js'

const ADDRESSES = 1000
const AT_ONCE = 20
const MAILBOXES = ['info', 'sales', 'legacy', 'paused', 'john-doe', 'john.doe', 'ann-lee', 'ann.lee']

/** A service whose clock stands still, so all requests of a flood wait at once. */
async function start() {
  const smtp = await startSmtpServer()
  const options = recoveryService({ ...helpEnvironment(smtp.port), REKEY_TRUST_PROXY: '1' })
  const service = await startService(options)

  async function ask(email: string, from: string, solution?: string) {
    const response = await fetch(`${service.url}${REQUESTS}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
      body: JSON.stringify({ ...HELP_REQUEST, email, solution }),
    })
    return { status: response.status, body: await response.json() }
  }

  return {
    ask,

    /** Asks from each address for one of these mailboxes in turn, and gives how often each status was answered. */
    async flood(emails: readonly string[]): Promise<Record<number, number>> {
      const counts: Record<number, number> = {}
      for (let first = 0; first < ADDRESSES; first += AT_ONCE) {
        const answers = Array.from({ length: AT_ONCE }, (_, index) => {
          const number = first + index
          const from = `10.${Math.floor(number / 250)}.${number % 250}.1`
          return ask(emails[number % emails.length] ?? '', from)
        })
        for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1
      }
      return counts
    },

    /** The recipients of all mails, when this many requests have been dealt with. */
    async recipients(requests: number): Promise<string[]> {
      const results = () => service.logText().match(/"event":"recovery-request"/g)?.length ?? 0
      service.clock.advance(60_000)
      await vi.waitUntil(() => results() === requests, { interval: 20, timeout: 30_000 })
      await service.app.drain()
      return smtp.messages.flatMap(({ to }) => to).toSorted()
    },
    texts: () => smtp.messages.map(({ text }) => text),
  }
}

it('a thousand addresses that ask about one mailbox send its owner one mail', async () => {
  const { ask, flood, recipients, texts } = await start()
  expect(await flood(['info@example.org'])).toEqual({ 202: ADDRESSES })
  expect((await ask('bob@bob.example.com', '198.51.100.9')).status).toBe(202)
  expect(await recipients(2)).toEqual(['alice@contact.example', 'bob@contact.example'])
  expect(texts().join()).toContain(`${PUBLIC_URL}link?email=bob%40bob.example.com`)
})

it('a thousand addresses that ask about all mailboxes of one owner send the owner five mails', async () => {
  const { ask, flood, recipients } = await start()
  expect(await flood(MAILBOXES.map((name) => `${name}@example.org`))).toEqual({ 202: ADDRESSES })
  expect((await ask('bob@bob.example.com', '198.51.100.9')).status).toBe(202)
  expect(await recipients(MAILBOXES.length + 1)).toEqual([
    ...Array(5).fill('alice@contact.example'),
    'bob@contact.example',
  ])
})

it('a thousand addresses that ask about as many mailboxes of one domain send no mail, and a person there is helped', async () => {
  const { ask, flood, recipients, texts } = await start()
  const emails = Array.from({ length: ADDRESSES }, (_, index) => `box${index}@example.org`)
  expect(await flood(emails)).toEqual({ 202: 500, 429: 500 })
  const refused = await ask('info@example.org', '198.51.100.9')
  expect(refused.status).toBe(429)
  const solution = encode(solve(refused.body.challenge))
  expect((await ask('info@example.org', '198.51.100.9', solution)).status).toBe(202)
  expect(await recipients(501)).toEqual(['alice@contact.example'])
  expect(texts().join()).toContain('mailbox info@example.org')
})
