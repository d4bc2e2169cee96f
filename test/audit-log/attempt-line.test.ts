import { readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createAttemptLog } from '../../src/audit-log/attempt-log.js'
import { plainNames } from '../../src/audit-log/log-names.js'
import { type Answer, type AnswerCode, answerCodes, answers } from '../../src/core/answer.js'
import { Secret } from '../../src/lib/secret.js'
import { createTestClock } from '../kit/clock.js'
import { scrape, withMetrics } from '../kit/metrics.js'
import { driveOutcomes, outcomeEnvironment } from '../kit/outcomes.js'
import { startService } from '../kit/service.js'
import { byMailbox, CHANGES } from '../kit/submissions.js'

const root = new URL('../../', import.meta.url)
const schema = JSON.parse(readFileSync(new URL('docs/audit-line.schema.json', root), 'utf8'))
const documentation = readFileSync(new URL('docs/audit-log.md', root), 'utf8')
const ajv = new Ajv2020({ allErrors: true })

/** What is wrong with a line, according to the documented schema. */
function faultsOf(line: unknown): string {
  return ajv.validate(schema, line) ? '' : `${ajv.errorsText()} in ${JSON.stringify(line)}`
}

/** Codes that need a bug, another program's failure or other settings, or that aren't attempts. */
const NOT_DRIVEN: readonly AnswerCode[] = [
  'recovery-requested',
  'recovery-links-ended',
  'recovery-link-made',
  'recovery-invalid',
  'recovery-address-sent',
  'recovery-address-confirmed',
  'recovery-address-removed',
  'removal-expired',
  'change-password-first',
  'not-found',
  'method-not-allowed',
  'internal-error',
  'mail-server-unavailable',
  'store-unavailable',
  'breach-check-unavailable',
]

/** For every code with more fields, an answer with all of them. */
const fullAnswers: readonly Answer[] = [
  { code: 'changed', evidence: 'confirmed' },
  {
    code: 'changed',
    evidence: 'answered',
    recoveryAddress: { masked: 'j…@e….net', isEnded: false, removal: new Secret('a removal') },
  },
  { code: 'recovery-address-confirmed', mailbox: 'info@example.org' },
  { code: 'invalid-request', faults: [{ pointer: '/email', code: 'required' }] },
  { code: 'mailbox-ambiguous' },
  { code: 'password-rejected', reasons: [{ code: 'too-short', minLength: 12 }] },
  { code: 'too-many-attempts', limit: { name: 'target', count: 1, windowMs: 1000, retryAfterMs: 1000 } },
  { code: 'panel-misconfigured', reason: 'key-refused' },
  { code: 'change-not-confirmed', reason: 'unexpected-exit-code' },
  { code: 'change-not-confirmed', reason: 'answer-lost' },
  { code: 'panel-busy', reason: 'queue-full' },
  { code: 'mail-server-unavailable', reason: 'timed-out', credentialsSent: true },
  { code: 'store-unavailable', reason: 'READONLY' },
  { code: 'breach-check-unavailable', reason: 'unreachable' },
  { code: 'internal-error' },
  { code: 'recovery-link-made', url: new Secret('https://mail.example.com/recover#rk1.x.y'), expiresMs: 0 },
]

it('the line of an attempt keeps to the schema, whatever the outcome', async () => {
  const service = await startService({ environment: outcomeEnvironment })
  await driveOutcomes(service)
  const lines = service.attempts()
  expect(lines.map(faultsOf).filter((faults) => faults !== '')).toEqual([])
  const driven = new Set(lines.map(({ code }) => code))
  expect(answerCodes.filter((code) => !driven.has(code))).toEqual(
    answerCodes.filter((code) => NOT_DRIVEN.some((each) => each === code)),
  )
})

it.each(fullAnswers)(
  'the line of an attempt of $code keeps to the schema with all that it can say',
  (answer) => {
    const lines: unknown[] = []
    const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
    const context = {
      requestId: 'the-id',
      arrivedMs: 0,
      startedMs: 0,
      clientAddress: '2001:db8::7',
      client: 'roundcube',
      commands: [{ command: 'v-list-user', result: 'timed-out', startedMs: 1, endedMs: 2.5 }],
      awaitsLog: false,
      proof: 'account' as const,
      mailbox: 'info@example.org',
      account: 'alice',
    }
    createAttemptLog(logger, plainNames, createTestClock()).record({ context, answer, durationMs: 3.7 })
    expect(lines.map(faultsOf)).toEqual([''])
  },
)

it('a flood of refused requests leaves its first line at once and then one with their number, and each is counted', async () => {
  const service = await startService({ environment: withMetrics })
  service.clock.hold()
  for (let sent = 0; sent < 20; sent++) {
    await service.http.post(CHANGES).set('sec-fetch-site', 'cross-site').send(byMailbox())
  }
  const { values } = await scrape(service)
  expect(values['rekey_attempts_total{code="cross-site-request",proof="none"}']).toBe(20)
  expect(service.attempts()).toHaveLength(1)
  await service.app.drain()
  const lines = service.attempts()
  expect(lines.map(({ code, count }) => [code, count])).toEqual([
    ['cross-site-request', undefined],
    ['cross-site-request', 19],
  ])
  expect(lines.map(faultsOf)).toEqual(['', ''])
})

it('the line of an attempt begins alike always, so that a filter can hold on to it', async () => {
  const service = await startService({ environment: outcomeEnvironment })
  await driveOutcomes(service)
  const beginnings = service.attempts().map((line) => Object.keys(line).slice(0, 6).join())
  expect([...new Set(beginnings)]).toEqual(['level,time,event,code,requestId,clientAddress'])
})

it('the names in the log are the mailbox’s and the account’s own, unless told otherwise', async () => {
  const service = await startService({ environment: outcomeEnvironment })
  await driveOutcomes(service)
  for (const name of ['"info@example.org"', '"alice"']) {
    expect(service.logText()).toContain(name)
  }
})

it('the names in the log are hashes where the operator wants it so, that tell equals and nothing else', async () => {
  const environment = { ...outcomeEnvironment, REKEY_LOG_MAILBOX: 'hashed', REKEY_LOG_LEVEL: 'debug' }
  const service = await startService({ environment })
  await driveOutcomes(service)
  const text = service.logText()
  const names = ['example', 'info', 'john', 'doe', 'paused', 'nobody', 'sales', 'alice', 'dave']
  expect(names.filter((name) => text.toLowerCase().includes(name))).toEqual([])
  const lines = service.attempts()
  expect(lines.map(faultsOf).filter((faults) => faults !== '')).toEqual([])
  const [guess, change] = lines
  expect(guess?.mailbox).toMatch(/^hashed:[0-9a-f]{32}$/)
  expect(change?.mailbox).toBe(guess?.mailbox)
  expect(new Set(lines.map(({ mailbox }) => mailbox)).size).toBeGreaterThan(4)
  const accounts = new Set(lines.flatMap(({ account }) => account ?? []))
  expect(accounts.size).toBe(2)
})

it('the names in the log have other hashes after each start', async () => {
  const environment = { REKEY_LOG_MAILBOX: 'hashed' }
  const services = [await startService({ environment }), await startService({ environment })]
  for (const { http } of services) {
    await http.post('/api/v1/password-changes').send({
      email: 'info@example.org',
      newPassword: 'x',
      currentPassword: 'y',
    })
  }
  const [first, second] = services.map((service) => service.attempts()[0]?.mailbox)
  expect(first).toMatch(/^hashed:/)
  expect(second).toMatch(/^hashed:/)
  expect(first).not.toBe(second)
})

it('the documentation of the log has a line of an attempt for an example', () => {
  const [, example = ''] = /```json\n(.*)\n```/.exec(documentation) ?? []
  expect(faultsOf(JSON.parse(example))).toBe('')
})

it('the documentation of the log names the answers that share a line, and no other', () => {
  const [, row = ''] = /^\| combined \| (.*) \|$/m.exec(documentation) ?? []
  const documented = [...row.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code)
  expect(documented.toSorted()).toEqual(answerCodes.filter((code) => answers[code].folded).toSorted())
})

it('the documentation of the log names every event that is written, and no other', () => {
  const source = new URL('src/', root)
  const text = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(path, source), 'utf8'))
    .join('\n')
  // A fault of a key is an event with the fault's code.
  const excess = readFileSync(new URL('core/panel-port.ts', source), 'utf8')
  const codes = [...excess.matchAll(/\bcode: '([a-z-]+)'/g)].map(([, code]) => code)
  const written = [...text.matchAll(/\bevent: '([a-z-]+)'|\breport\('([a-z-]+)'/g)].map(
    ([, event, reported]) => event ?? reported,
  )
  const section = documentation.split('## Other lines')[1] ?? ''
  const documented = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, event]) => event)
  expect(['attempt', ...documented].toSorted()).toEqual([...new Set([...written, ...codes])].toSorted())
})
