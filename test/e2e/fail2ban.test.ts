import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { driveOutcomes, outcomeEnvironment } from '../kit/outcomes.js'
import { startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES } from '../kit/submissions.js'
import { env, FILTER, found, inFile, inJournal, OURS, run } from './kit/fail2ban.js'
import { scratchDirectory } from './kit/scratch.js'

/** The address that hostile callers try to get banned. */
const VICTIM = '198.51.100.66'

/** The senders of refusals that count, according to the log. */
function culprits(service: TestService): unknown[] {
  return service.attempts().flatMap(({ code, limit, client, clientAddress }) => {
    const counts = code === 'invalid-credentials' || code === 'invalid-token' || limit === 'address'
    return counts && client === undefined ? [clientAddress] : []
  })
}

/** A service that has been through all outcomes it can have. */
async function driven(environment: Record<string, string> = {}): Promise<TestService> {
  const service = await startService({ environment: { ...outcomeEnvironment, ...environment } })
  await driveOutcomes(service)
  return service
}

it.each(['plain', 'hashed'])(
  'the filter for Fail2Ban finds who was refused in a file, and nobody else (names %s)',
  async (names) => {
    const service = await driven({ REKEY_LOG_MAILBOX: names })
    const expected = culprits(service)
    expect(new Set(expected).size).toBeGreaterThan(3)
    expect(await found(inFile(service.logText()))).toEqual(expected)
  },
)

it('the filter for Fail2Ban finds them in the journal of the unit, and in no other’s', async () => {
  const service = await driven()
  expect(await found(await inJournal(service.logText()))).toEqual(culprits(service))
  expect(await found(await inJournal(service.logText(), 'other.service'))).toEqual([])
})

it('the filter for Fail2Ban reads when it was', async () => {
  const line = `{"level":30,"time":1700000000123,"event":"attempt","code":"invalid-credentials","requestId":"0-1","clientAddress":"2001:db8::7","proof":"mailbox"}\n`
  const { stdout } = await run('fail2ban-regex', ['-v', inFile(line), FILTER], { env })
  expect(stdout).toMatch(/^\| +2001:db8::7 +Tue Nov 14 22:13:20 2023$/m)
})

it('the filter for Fail2Ban passes over what a program with a token says', async () => {
  const service = await startService({ environment: outcomeEnvironment })
  const [, token = ''] = outcomeEnvironment.REKEY_CLIENTS.split('=')
  await service.http
    .post(CHANGES)
    .set('authorization', `Bearer ${token}`)
    .send(byMailbox({ currentPassword: 'wrong', clientAddress: VICTIM }))
  expect(service.attempts()).toEqual([
    expect.objectContaining({ code: 'invalid-credentials', clientAddress: VICTIM }),
  ])
  expect(await found(inFile(service.logText()))).toEqual([])
})

const LINE = `{"level":30,"time":1700000000000,"event":"attempt","code":"invalid-credentials","requestId":"0-1","clientAddress":"${VICTIM}","proof":"mailbox"}`
const hostileTexts = [
  LINE,
  `\n${LINE}\n`,
  `\r${LINE}`,
  `\u2028${LINE}`,
  LINE.slice(LINE.indexOf('"event"')),
  `x","clientAddress":"${VICTIM}","proof":"mailbox","y":"`,
  `x"}\n${LINE}`,
]

it.each(hostileTexts)('what a caller writes has nobody else banned: %j', async (text) => {
  const service = await startService({
    environment: { REKEY_TRUST_PROXY: '1', REKEY_LIMIT_ADDRESS: '1000/1h' },
  })
  const { http } = service
  const wrong = byMailbox({ currentPassword: 'wrong' })
  const bodies = [
    { ...wrong, email: text },
    { ...wrong, email: `${text}@example.org` },
    { ...wrong, currentPassword: text },
    { ...wrong, clientAddress: text },
    { ...wrong, [text]: text },
    byAccount({ username: text, password: 'wrong' }),
    byAccount({ password: text, [text]: 1 }),
    { [text]: { [text]: text } },
    text,
  ]
  for (const body of bodies) {
    await http
      .post(`${CHANGES}?q=${encodeURIComponent(text)}`)
      .set({
        'content-type': 'application/json',
        'x-forwarded-for': encodeURIComponent(text),
        'user-agent': encodeURIComponent(text),
      })
      .send(body)
  }
  await http.post('/').type('form').send({ email: text, username: text, proof: text })
  await http.get(`/${encodeURIComponent(text)}`)
  await service.app.drain()
  const counts = service.attempts().map(({ count }) => Number(count ?? 1))
  expect(counts.reduce((sum, count) => sum + count)).toBe(bodies.length + 1)
  expect(service.logText()).not.toContain(VICTIM)
  expect(await found(inFile(service.logText()))).not.toContain(VICTIM)
})

it.each(hostileTexts)(
  'what a caller writes would be found nowhere even if a name came by unread: %j',
  async (text) => {
    const { level, time, event, ...rest } = JSON.parse(LINE)
    const beginning = { level, time, event, code: 'changed', requestId: '0-2', clientAddress: '203.0.113.9' }
    const lines = [
      { ...beginning, proof: 'account', mailbox: text, account: text, ...rest, clientAddress: text },
      { level, time, event: 'internal-error', error: text, at: [text] },
    ]
    const log = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    expect(await found(inFile(log))).toEqual([])
    expect(await found(await inJournal(log))).toEqual([])
  },
)

it('of two addresses in a line the first counts, and neither where a program has spoken', async () => {
  const line = { ...JSON.parse(LINE), clientAddress: '203.0.113.9' }
  const { proof, ...beginning } = line
  const commands = [{ clientAddress: VICTIM, proof }]
  const lines = [
    { ...line, commands },
    { ...beginning, client: 'webmail', proof, commands },
  ]
  const log = lines.map((each) => `${JSON.stringify(each)}\n`).join('')
  expect(await found(inFile(log))).toEqual(['203.0.113.9'])
  expect(await found(await inJournal(log))).toEqual(['203.0.113.9'])
})

it('a line that stands for many refusals counts once', async () => {
  const service = await startService({ environment: outcomeEnvironment })
  for (let sent = 0; sent < 20; sent++) {
    await service.http
      .post(CHANGES)
      .set({ 'x-forwarded-for': VICTIM })
      .send(byMailbox({ email: '' }))
  }
  await service.app.drain()
  const folded = service.attempts().filter(({ limit, count }) => limit === 'address' && count !== undefined)
  expect(folded.length).toBeGreaterThan(0)
  expect(await found(inFile(service.logText()))).toEqual([VICTIM, ...folded.map(() => VICTIM)])
})

it('another text in the same log that quotes a line is none', async () => {
  const log = `Error: ${LINE}\n`
  expect(await found(inFile(log))).toEqual([])
  expect(await found(await inJournal(log))).toEqual([])
})

it('the jail is one that Fail2Ban takes', async () => {
  const directory = scratchDirectory('fail2ban')
  cpSync('/etc/fail2ban', directory, {
    recursive: true,
    filter: (path) => !path.includes('defaults-debian'),
  })
  cpSync(OURS, directory, { recursive: true })
  writeFileSync(join(directory, 'jail.local'), '[DEFAULT]\nignoreip = 192.0.2.10 192.0.2.11\n')
  const { stdout } = await run('fail2ban-client', ['-c', directory, '-d'], { env })
  expect(stdout).toContain("['add', 'rekey', 'systemd']")
  expect(stdout).toContain("['set', 'rekey', 'addjournalmatch', '_SYSTEMD_UNIT=rekey.service']")
  expect(stdout).toContain("['set', 'rekey', 'maxretry', 10]")
  expect(stdout).toContain("['start', 'rekey']")
  // Addresses that the administrator never bans stay so.
  expect(stdout).toMatch(/'rekey', 'addignoreip', '192\.0\.2\.10'.*'192\.0\.2\.11'/)
})
