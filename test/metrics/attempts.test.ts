import fc from 'fast-check'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { answerCodes } from '../../src/core/answer.js'
import { createAttemptMetrics } from '../../src/metrics/attempt-metrics.js'
import { counted, parseMetrics, scrape, withMetrics } from '../kit/metrics.js'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post, warmUp } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const OWNER = 'v-search-domain-owner'
const VALUE = 'v-get-mail-account-value'

it('each attempt is counted by its answer and its proof, with the commands of the panel and what became of them', async () => {
  const service = await startService({ environment: withMetrics })
  await post(service, byMailbox())
  await post(service, byAccount({ password: 'wrong' }))
  await post(service, byAccount({ password: 'wrong' }))
  await post(service, '{')
  service.panel.failNext(OWNER, { kind: 'answer', run: false, status: 502, body: 'away' })
  await post(service, byMailbox({ email: 'x@example.com' }))
  expect(counted(await scrape(service))).toEqual({
    'rekey_attempts_total{code="changed",proof="mailbox"}': 1,
    'rekey_attempts_total{code="invalid-credentials",proof="account"}': 2,
    'rekey_attempts_total{code="invalid-request",proof="none"}': 1,
    'rekey_attempts_total{code="panel-unavailable",proof="mailbox"}': 1,
    'rekey_attempt_duration_seconds_count{code="changed"}': 1,
    'rekey_attempt_duration_seconds_count{code="invalid-credentials"}': 2,
    'rekey_attempt_duration_seconds_count{code="invalid-request"}': 1,
    'rekey_attempt_duration_seconds_count{code="panel-unavailable"}': 1,
    [`rekey_panel_commands_total{command="${OWNER}",result="0"}`]: 1,
    [`rekey_panel_commands_total{command="${OWNER}",result="not-the-panel"}`]: 1,
    [`rekey_panel_commands_total{command="${VALUE}",result="0"}`]: 1,
    [`rekey_panel_commands_total{command="${CHANGE}",result="0"}`]: 1,
    'rekey_panel_commands_total{command="v-check-user-password",result="9"}': 2,
    'rekey_panel_commands_total{command="v-list-user",result="0"}': 2,
    [`rekey_panel_command_duration_seconds_count{command="${OWNER}"}`]: 1,
    [`rekey_panel_command_duration_seconds_count{command="${VALUE}"}`]: 1,
    [`rekey_panel_command_duration_seconds_count{command="${CHANGE}"}`]: 1,
    'rekey_panel_command_duration_seconds_count{command="v-check-user-password"}': 2,
    'rekey_panel_command_duration_seconds_count{command="v-list-user"}': 2,
    'rekey_panel_breaker_state{state="closed"}': 1,
    rekey_panel_concurrency_limit: 2,
    rekey_store_up: 1,
    'rekey_readiness_fault{code="not-the-panel"}': 1,
  })
})

it('an attempt takes as long as its sender waits, and a command as long as it was asked for', async () => {
  const service = await startService({ environment: { ...withMetrics, REKEY_REFUSAL_DELAY_MS: '2000' } })
  const hold = service.panel.hold(OWNER)
  const refused = post(service, byMailbox({ currentPassword: 'wrong' }))
  await hold.arrived
  service.clock.advance(400)
  hold.release()
  await refused
  const { values } = await scrape(service)
  expect(values['rekey_attempt_duration_seconds_sum{code="invalid-credentials"}']).toBe(2)
  expect(values[`rekey_panel_command_duration_seconds_sum{command="${OWNER}"}`]).toBe(0.4)
  expect(values[`rekey_panel_command_duration_seconds_bucket{le="0.25",command="${OWNER}"}`]).toBe(0)
  expect(values[`rekey_panel_command_duration_seconds_bucket{le="0.5",command="${OWNER}"}`]).toBe(1)
})

it.each([
  ['address', 'none'],
  ['failures', 'mailbox'],
  ['target', 'mailbox'],
])('attempts that the limit %s turns away are counted by its name', async (limit, proof) => {
  const environment = { ...withMetrics, [`REKEY_LIMIT_${limit.toUpperCase()}`]: '1/1h' }
  const service = await startService({ environment })
  const guess = async () => gist(await post(service, byMailbox({ currentPassword: 'wrong' })))
  expect(await guess()).toBe('403 invalid-credentials')
  expect(await guess()).toBe('429 too-many-attempts')
  const all = counted(await scrape(service))
  expect(all[`rekey_attempts_total{code="too-many-attempts",proof="${proof}"}`]).toBe(1)
  const reached = Object.entries(all).filter(([series]) => series.startsWith('rekey_limits_reached_total'))
  expect(reached).toEqual([[`rekey_limits_reached_total{limit="${limit}"}`, 1]])
})

it('all that an alert may wait for stands at 0 before it has happened', async () => {
  const service = await startService({ environment: withMetrics })
  const { values } = await scrape(service)
  for (const limit of ['address', 'failures', 'target']) {
    expect(values[`rekey_limits_reached_total{limit="${limit}"}`]).toBe(0)
  }
  for (const code of answerCodes) {
    for (const proof of ['mailbox', 'account', 'none']) {
      expect(values[`rekey_attempts_total{code="${code}",proof="${proof}"}`]).toBe(0)
    }
  }
  for (const result of ['gave-up', 'queue-full', 'refused']) {
    expect(values[`rekey_mails_total{result="${result}"}`]).toBe(0)
  }
  for (const helper of ['administrator', 'address']) {
    expect(values[`rekey_help_requests_total{helper="${helper}",result="failed"}`]).toBe(0)
  }
})

it('what callers send makes no series: others’ attempts of the same kinds count in those that are there', async () => {
  const service = await startService({ environment: { ...withMetrics, REKEY_TRUST_PROXY: 'loopback' } })
  await warmUp(service)
  const round = async (salt: string): Promise<string[]> => {
    const bodies = [
      byMailbox({
        email: `${salt}@${salt}.example`,
        currentPassword: salt,
        newPassword: `${salt} is wholly new`,
      }),
      byAccount({ username: salt, password: salt }, { newPassword: `${salt} is wholly new` }),
      byMailbox({ email: `${salt}@example.org`, [salt]: salt }),
      byMailbox({ newPassword: salt.slice(0, 7) }),
    ]
    for (const body of bodies) {
      const request = service.http.post(`/api/v1/password-changes?${salt}`).set('user-agent', salt)
      await request.set('x-forwarded-for', `192.0.2.${salt.length}`).send(body)
    }
    return Object.keys((await scrape(service)).values).filter((series) => series.startsWith('rekey_'))
  }
  const first = await round('one')
  expect(await round('another')).toEqual(first)
  expect(await round('a-third-of-them')).toEqual(first)
  expect(service.attempts()).toHaveLength(1 + 12)
})

it('whatever answers in the panel’s place makes few series', async () => {
  const registry = new Registry()
  const countAttempt = createAttemptMetrics(registry)
  const number = fc.integer({ min: 0, max: 999 })
  const result = fc.oneof(
    number,
    number.map((status) => `not-the-panel-http-${status}`),
  )
  fc.assert(
    fc.property(result, (given) => {
      const commands = [{ command: OWNER, result: given, startedMs: 0, endedMs: 1 }]
      const context = {
        requestId: 'the-id',
        arrivedMs: 0,
        startedMs: 0,
        clientAddress: '192.0.2.1',
        awaitsLog: false,
        commands,
      }
      const answer = { code: 'panel-failed', reason: 'not-the-panel' } as const
      countAttempt({ context, answer, durationMs: 1 })
    }),
    { numRuns: 2000 },
  )
  const { values } = parseMetrics(await registry.metrics())
  const series = Object.keys(values).filter((name) => name.startsWith('rekey_panel_commands_total'))
  // Exit codes 0 to 21, others, and one word.
  expect(series.length).toBeLessThanOrEqual(24)
})
