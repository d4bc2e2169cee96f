import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished } from 'vitest'
import type { ReportStore } from '../../src/store/redis-health.js'
import { createRedisStore } from '../../src/store/redis-store.js'
import type { SharedStore } from '../../src/store/shared-store.js'
import { createTestClock } from '../kit/clock.js'
import { startLine } from '../kit/line-server.js'
import { startMailServer } from '../kit/mail-server.js'
import { scrape, withMetrics } from '../kit/metrics.js'
import { configOf, startService, type TestService } from '../kit/service.js'
import { byMailbox, gist, post } from '../kit/submissions.js'

const CANARY = 'canary-7f3a'
/** Who requests a change, and from where. The log has that, the metrics don't. */
const PERSON = /sales|example|127\.0\.0\.1/

const body = byMailbox({
  email: 'sales@example.org',
  currentPassword: `${CANARY} of now`,
  newPassword: `${CANARY} of then`,
})

/** Requests a change, and searches for secrets in the answer and in everything written about it. */
async function expectNoSecret(service: TestService, expected: string): Promise<void> {
  const response = await post(service, body)
  expect(gist(response)).toBe(expected)
  // Until then, readiness is as before.
  service.clock.advance(30_000)
  const ready = await service.http.get('/readyz')
  const { text: metrics, values } = await scrape(service)
  expect(values[`rekey_attempt_duration_seconds_count{code="${response.body.code}"}`]).toBeGreaterThan(0)
  for (const text of [
    JSON.stringify(response.headers),
    response.text,
    ready.text,
    service.logText(),
    metrics,
  ]) {
    expect(text).not.toContain(CANARY)
  }
  expect(metrics).not.toMatch(PERSON)
}

it('no secret is told where the mail server refuses, breaks off or is away', async () => {
  const mailServer = await startMailServer()
  onTestFinished(() => mailServer.close())
  const service = await startService({
    environment: {
      ...withMetrics,
      REKEY_MAILBOX_CHECK: 'imap',
      REKEY_IMAP_URL: mailServer.url.href,
      REKEY_IMAP_CERT_SHA256: mailServer.certificate.fingerprint,
    },
  })
  mailServer.faults.set('credentials', { says: `TAG NO [UNAVAILABLE] ${CANARY}`, closes: true })
  await expectNoSecret(service, '503 mail-server-unavailable')
  mailServer.faults.set('credentials', 'close')
  await expectNoSecret(service, '503 mail-server-unavailable')
  expect(mailServer.logins).toHaveLength(2)
  await mailServer.close()
  await expectNoSecret(service, '503 mail-server-unavailable')
})

it.each([
  ['refuses', `-ERR ${CANARY}`],
  ['is away', undefined],
])('no secret is told where the store %s', async (_what, line) => {
  const url = `redis://${CANARY}:${CANARY}@127.0.0.1:${await startLine(line)}`
  const reports: string[] = []
  const store = await openStore(url, ({ event, reason }) => void reports.push(`${event} ${reason}`))
  const service = await startService({ environment: withMetrics, store })
  await expectNoSecret(service, '503 store-unavailable')
  expect(reports.join()).not.toContain(CANARY)
})

async function openStore(url: string, report: ReportStore): Promise<SharedStore> {
  const { redis } = configOf({
    HESTIA_URL: 'https://panel.example:8083',
    HESTIA_API_KEY: 'key',
    REKEY_REDIS_URL: url,
    REKEY_LINK_KEY: 'k'.repeat(32),
  })
  if (!redis) throw new Error('no store is configured')
  const store = await createRedisStore(redis, { clock: createTestClock(), randomId: randomUUID, report })
  onTestFinished(() => store.close())
  return store
}

it('no secret is told where a part of the service fails with one', async () => {
  const service = await startService({
    environment: withMetrics,
    passwordTools: {
      async estimateStrength(password) {
        throw new TypeError(`can't read ${password.reveal()}`)
      },
    },
  })
  await expectNoSecret(service, '500 internal-error')
  expect(service.logText()).toContain('"event":"internal-error"')
})
