import { expect, it } from 'vitest'
import { answerCodes } from '../../src/core/answer.js'
import { scrape, withMetrics } from '../kit/metrics.js'
import { TOKEN, type Way, WRONG_PASSWORD, ways } from '../kit/outcomes.js'
import { type RangeFault, sha1, startRangeServer } from '../kit/range-server.js'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, CHANGES, NEW_PASSWORD } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'
import { type Fault, simulatorCredentials } from '../panel-simulator/simulator.js'

const CANARY = 'canary-7f3a'
const NEW = `${CANARY} new password`
const BREACHED = `${CANARY} of old, and breached`
const WRONG = `${CANARY} wrong`
const CODE = '739146'
/** A member's name. Only its sender may see it. */
const LOG_CANARY = 'member-8d41'
const HTML = `<html>${CANARY}</html>`

const VALUE = 'v-get-mail-account-value'

interface Case extends Pick<Way, 'body' | 'headers' | 'faults' | 'keyRevoked'> {
  /** The fault of the server of breached passwords. */
  readonly rangeFault?: RangeFault
}

const wrong = byMailbox({ currentPassword: WRONG, newPassword: NEW })
const right = byMailbox({ newPassword: NEW })
const account = byAccount({}, { newPassword: NEW })
const dave = { username: 'dave', password: 'dave panel pw' }

function exits(code: number, output: string): Fault {
  return { kind: 'exit', run: false, code, output }
}

function answers(status: number): Fault {
  return { kind: 'answer', run: false, status, body: HTML }
}

/** A submission to the JSON interface that reaches an outcome, with canaries for its passwords. */
function withCanaries({ body, ...way }: Way): Case {
  if (typeof body === 'string') return { ...way, body }
  return {
    ...way,
    body: JSON.stringify(body).replaceAll(WRONG_PASSWORD, WRONG).replaceAll(NEW_PASSWORD, NEW),
  }
}

const reached = Object.values(ways).filter(({ service, path, method }) => !service && !path && !method)

/** Submissions with canaries wherever a secret can be, including every outcome. */
const cases: readonly Case[] = [
  { body: wrong },
  { body: { ...wrong, newPassword: `${CANARY}\n` } },
  { body: { ...wrong, newPassword: WRONG } },
  { body: { ...wrong, unknown: CANARY } },
  { body: { ...wrong, [LOG_CANARY]: 1, account: { [LOG_CANARY]: 1 } } },
  { body: { ...wrong, currentPassword: [CANARY], newPassword: { a: CANARY } } },
  { body: { ...wrong, currentPassword: CANARY.repeat(1000) } },
  { body: `{"newPassword": "${CANARY}` },
  { body: JSON.stringify(wrong), headers: { 'content-type': `text/${CANARY}` } },
  { body: wrong, headers: { 'sec-fetch-site': 'cross-site', origin: `https://${CANARY}.example` } },
  { body: right, headers: { authorization: `Bearer ${CANARY}` } },
  { body: { ...right, clientAddress: CANARY }, headers: { authorization: `Bearer ${TOKEN}` } },
  { body: byAccount({ password: WRONG }, { newPassword: NEW }) },
  { body: byAccount({ password: `-${CANARY}` }, { newPassword: NEW }) },
  { body: byAccount({ ...dave, code: CODE }, { newPassword: NEW }) },
  { body: byAccount({ username: `${CANARY}@x`, password: WRONG }, { newPassword: NEW }) },
  { body: account, faults: [[CHANGE, answers(200)]] },
  { body: account, faults: [[CHANGE, exits(12, CANARY)]] },
  { body: account, faults: [[CHANGE, exits(14, CANARY)]] },
  { body: { ...account, email: 'solo.name@example.org' }, faults: [[VALUE, answers(500)]] },
  { body: account, faults: [['v-list-user', exits(0, `{"${CANARY}`)]] },
  { body: right, faults: [[VALUE, exits(0, `{UNHEARD-OF}${CANARY}`)]] },
  { body: right, faults: [[VALUE, exits(2, `Error: Invalid object format: ${CANARY}`)]] },
  {
    body: account,
    faults: [
      [CHANGE, { kind: 'reset', when: 'after-run' }],
      [VALUE, answers(502), 5],
    ],
  },
  { body: right, rangeFault: { status: 500, body: HTML } },
  { body: right, rangeFault: { body: HTML } },
  { body: { ...wrong, newPassword: BREACHED } },
  ...reached.map(withCanaries),
]

const webmailForms = {
  '/reset/mail/': { email: 'sales@example.org', password: WRONG, new: NEW, [CANARY]: CANARY },
  '/roundcube': { user: 'sales@example.org', curpass: WRONG, newpass: `${CANARY}\n` },
}

it('no secret reaches a log line, a header, an answer or a metric, whatever the outcome', async () => {
  const ranges = await startRangeServer()
  ranges.seen.set(BREACHED, 7)
  const service = await startService({
    environment: {
      ...withMetrics,
      REKEY_BREACH_CHECK: 'online',
      REKEY_BREACH_URL: ranges.url,
      REKEY_BREACH_FAIL: 'refuse',
      REKEY_LOG_LEVEL: 'debug',
      REKEY_LIMIT_FAILURES: '9/1h',
      REKEY_CLIENTS: `roundcube=${TOKEN}`,
      REKEY_TRUST_PROXY: 'loopback',
    },
  })
  const { panel } = service
  const shown: string[] = []
  const send = async ({ body, headers }: Case): Promise<void> => {
    const response = await service.http
      .post(`${CHANGES}?token=${CANARY}`)
      .set({
        'content-type': 'application/json',
        cookie: `session=${CANARY}`,
        authorization: `Basic ${CANARY}`,
        ...headers,
      })
      .send(body)
    shown.push(JSON.stringify(response.headers), response.text)
  }

  for (const each of cases) {
    // After a lost change, the domain stays locked for a while. After a refused key or several lost answers, the panel isn't
    // called for a while.
    service.clock.advance(300_000)
    panel.switches.keyRevoked = each.keyRevoked ?? false
    ranges.fault = each.rangeFault
    for (const [command, fault, times] of each.faults ?? []) panel.failNext(command, fault, times)
    await send(each)
    panel.clearFaults()
  }
  panel.switches.keyRevoked = false
  ranges.fault = undefined
  service.clock.advance(300_000)
  const secrets = {
    current_password: WRONG,
    account_password: WRONG,
    code: CODE,
    new_password: NEW,
    confirm_password: NEW,
  }
  for (const proof of ['mailbox', 'account']) {
    const form = { email: 'sales@example.org', proof, username: 'alice', ...secrets }
    const page = await service.http.post(`/?token=${CANARY}`).type('form').send(form)
    shown.push(JSON.stringify(page.headers), page.text)
  }
  for (const address of ['127.0.0.1', '203.0.113.9']) {
    for (const [path, form] of Object.entries(webmailForms)) {
      const request = service.http.post(`${path}?${CANARY}`).set('x-forwarded-for', address)
      const refused = await request.type('form').send(form)
      shown.push(JSON.stringify(refused.headers), refused.text)
    }
  }
  for (let guess = 0; guess < 10; guess++) await send({ body: wrong })
  await service.http.get(`/nothing/${CANARY}?${CANARY}`)
  await service.http.put(`${CHANGES}?${CANARY}`).send({ CANARY })

  const outcomes = new Set(service.attempts().map(({ code }) => code))
  // Not attempts, or tested in outage-canaries.test.ts or recovery-links.test.ts.
  const notHere = [
    'not-found',
    'method-not-allowed',
    'internal-error',
    'mail-server-unavailable',
    'store-unavailable',
    'recovery-requested',
    'recovery-link-made',
    'recovery-links-ended',
    'recovery-invalid',
    'recovery-address-sent',
    'recovery-address-confirmed',
    'recovery-address-removed',
    'removal-expired',
    'change-password-first',
  ]
  const missing = answerCodes.filter((code) => !outcomes.has(code))
  expect(missing.toSorted()).toEqual(notHere.toSorted())
  const { text: metrics } = await scrape(service)
  shown.push(metrics)
  const { secretKey, accessKey, apiKey, adminPassword } = simulatorCredentials
  const ours = [secretKey, accessKey, apiKey, adminPassword, 'JBSWY3DPEHPK3PXP', 'mail pw', 'panel pw']
  const panels = ['$2y$', '$argon2', '$1$', 'Error:', "doesn't exist", 'Invalid object']
  const hashes = [NEW, BREACHED].flatMap((password) => {
    const hash = sha1(password)
    return [hash, hash.slice(5), hash.toLowerCase(), hash.slice(5).toLowerCase()]
  })
  for (const secret of [...hashes, CANARY, CODE, TOKEN, ...ours, ...panels]) {
    const leaks = [service.logText(), ...shown.map(withoutWords)].filter((text) => text.includes(secret))
    expect(leaks, secret).toEqual([])
  }
  expect(service.logText()).not.toContain(LOG_CANARY)
  const people = [
    '@',
    'example',
    'info',
    'sales',
    'john',
    'paused',
    'alice',
    'dave',
    '127.0.0.1',
    '203.0.113',
  ]
  const labels = [...metrics.matchAll(/="([^"]*)"/g)].map(([, value]) => value)
  expect(labels).toContain('changed')
  expect([LOG_CANARY, ...people].filter((word) => labels.join(' ').includes(word))).toEqual([])
  await service.app.drain()
  const counts = service.attempts().map(({ count }) => Number(count ?? 1))
  expect(counts.reduce((sum, count) => sum + count)).toBe(cases.length + 2 + 4 + 10)
})

/** The page itself has the text "Error:". */
function withoutWords(text: string): string {
  return text.replaceAll('<span class="unseen">Error:</span>', '').replaceAll('<title>Error:', '<title>')
}
