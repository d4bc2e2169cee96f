import { expect, it, vi } from 'vitest'
import { untilMailsEnd } from '../kit/mail-log.js'
import { counted, scrape, withMetrics } from '../kit/metrics.js'
import { HELP, HELP_REQUEST, helpEnvironment, REQUESTS, recoveryService } from '../kit/recovery.js'
import { startService, type TestService } from '../kit/service.js'
import { refusal, startSmtpServer } from '../kit/smtp-server.js'

async function askFor(service: TestService, ...emails: string[]): Promise<void> {
  for (const email of emails) await service.http.post(REQUESTS).send({ ...HELP_REQUEST, email })
  service.clock.advance(60_000)
}

/** The counts of requests and mails, once this many mails have ended. */
async function countsOf(service: TestService, mails: number): Promise<Record<string, number>> {
  await untilMailsEnd(service, mails)
  const counts = Object.entries(counted(await scrape(service)))
  return Object.fromEntries(counts.filter(([series]) => /^rekey_(?:mails|help)/.test(series)))
}

it('requests for help and mails are counted by what came of them', async () => {
  const smtp = await startSmtpServer()
  smtp.refusals.push(refusal(550, '5.1.1 no such mailbox'))
  const service = await startService(recoveryService({ ...helpEnvironment(smtp.port), ...withMetrics }))
  await askFor(service, 'nobody@nothing.example', 'info@example.org', 'bob@bob.example.com')
  expect(await countsOf(service, 2)).toEqual({
    'rekey_help_requests_total{helper="administrator",result="mail-sent"}': 2,
    'rekey_help_requests_total{helper="administrator",result="skipped"}': 1,
    'rekey_mails_total{result="refused"}': 1,
    'rekey_mails_total{result="sent"}': 1,
  })
})

it('a request that could not be dealt with, and a mail that no server took, are counted', async () => {
  const service = await startService(recoveryService({ ...HELP, ...withMetrics }))
  await askFor(service, 'info@example.org')
  await countsOf(service, 1)
  service.panel.switches.keyRevoked = true
  await askFor(service, 'bob@bob.example.com')
  await vi.waitUntil(() => service.logText().includes('"result":"failed"'), { interval: 1 })
  expect(await countsOf(service, 1)).toEqual({
    'rekey_help_requests_total{helper="administrator",result="mail-sent"}': 1,
    'rekey_help_requests_total{helper="administrator",result="failed"}': 1,
    'rekey_mails_total{result="gave-up"}': 1,
  })
})
