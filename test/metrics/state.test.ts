import { pino } from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { PanelLoad } from '../../src/core/panel-port.js'
import type { ReadinessFault } from '../../src/core/readiness.js'
import { createMetrics } from '../../src/service/metrics.js'
import { metricsUrl, parseMetrics, type Scrape, scrape, withMetrics } from '../kit/metrics.js'
import { startService } from '../kit/service.js'
import { byAccount, byMailbox, post } from '../kit/submissions.js'

const OWNER = 'v-search-domain-owner'
const AWAY = { kind: 'answer', run: false, status: 502, body: 'Bad Gateway' } as const

function faultsOf({ values }: Scrape): string[] {
  const faults = Object.entries(values).filter(([series]) => series.startsWith('rekey_readiness_fault'))
  expect(faults.map(([, value]) => value)).toEqual(faults.map(() => 1))
  return faults.map(([series]) => /code="(.*)"/.exec(series)?.[1] ?? '')
}

function breakerOf({ values }: Scrape): string[] {
  const states = ['closed', 'half-open', 'open']
  return states.filter((state) => values[`rekey_panel_breaker_state{state="${state}"}`] === 1)
}

it('the commands that run and those that wait are shown as they are', async () => {
  const environment = { ...withMetrics, HESTIA_MAX_CONCURRENCY: '1', REKEY_TRUST_PROXY: '1' }
  const service = await startService({ environment })
  await service.app.watch()
  const hold = service.panel.hold('v-check-user-password')
  const change = post(service, byAccount())
  await hold.arrived
  const other = post(service, byMailbox(), '203.0.113.9')
  await vi.waitUntil(() => service.app.panelLoad().waiting > 0)
  const busy = (await scrape(service)).values
  expect([busy.rekey_panel_commands_running, busy.rekey_panel_queue_length]).toEqual([1, 1])
  hold.release()
  await Promise.all([change, other])
  const idle = (await scrape(service)).values
  expect([idle.rekey_panel_commands_running, idle.rekey_panel_queue_length]).toEqual([0, 0])
})

it('the breaker shows when the panel is left alone, when it is tried, and when it is well', async () => {
  const service = await startService({ environment: withMetrics })
  expect(breakerOf(await scrape(service))).toEqual(['closed'])
  service.panel.failNext(OWNER, AWAY, 5)
  for (let call = 0; call < 5; call++) await post(service, byMailbox())
  expect(breakerOf(await scrape(service))).toEqual(['open'])
  service.clock.advance(1000)
  const hold = service.panel.hold(OWNER)
  const probe = post(service, byMailbox())
  await hold.arrived
  expect(breakerOf(await scrape(service))).toEqual(['half-open'])
  hold.release()
  await probe
  expect(breakerOf(await scrape(service))).toEqual(['closed'])
})

it('readiness is shown with each fault by its code, and no fault stays when it has gone', async () => {
  const service = await startService({ environment: withMetrics })
  const shown = async () => {
    const readiness = await scrape(service)
    return [readiness.values.rekey_ready, faultsOf(readiness)]
  }
  expect(await shown()).toEqual([0, ['not-checked-yet']])
  service.panel.switches.keyRevoked = true
  await service.app.watch()
  expect(await shown()).toEqual([0, ['key-refused']])
  service.panel.switches.keyRevoked = false
  service.clock.advance(300_000)
  await post(service, byMailbox())
  expect(await shown()).toEqual([1, []])
  service.panel.failNext(OWNER, { ...AWAY, status: 504 })
  await post(service, byMailbox({ email: 'x@example.com' }))
  expect(await shown()).toEqual([0, ['not-the-panel']])
})

it('the panel is asked nothing for them', async () => {
  const service = await startService({ environment: withMetrics })
  await Promise.all([scrape(service), scrape(service)])
  expect(service.panel.calls).toEqual([])
})

const IDLE: PanelLoad = { running: 0, limit: 1, waiting: 0, breaker: 'closed' }

/** Metrics of states that a test sets. */
async function show(checks: {
  readonly store?: () => Promise<readonly ReadinessFault[]>
  readonly log?: { readonly lost: number; readonly waiting: number }
}) {
  const lines: string[] = []
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  const build = { version: '1.2.3', node: 'v20.19.0' }
  const metrics = createMetrics({ host: '127.0.0.1', port: 0 }, build, logger)
  onTestFinished(metrics.close)
  const none = async () => []
  const { store = none, log = { lost: 0, waiting: 0 } } = checks
  await metrics.show({
    panelLoad: () => IDLE,
    checkReadiness: none,
    checkStore: store,
    logState: () => log,
  })
  const url = metricsUrl(lines.join(''))
  return { lines, get: () => fetch(url) }
}

it('a store that can’t be reached is down', async () => {
  const { get } = await show({ store: async () => [{ code: 'store-unavailable' }] })
  expect(parseMetrics(await (await get()).text()).values.rekey_store_up).toBe(0)
})

it('what can’t be collected is an error in the log, and no half of the metrics', async () => {
  const { get, lines } = await show({ store: () => Promise.reject(new Error('canary')) })
  const response = await get()
  expect([response.status, await response.text()]).toEqual([
    500,
    'Rekey could not collect the metrics: see its log.\n',
  ])
  expect(lines.join('')).toContain('"event":"metrics-failed","error":"Error"')
  expect(lines.join('')).not.toContain('canary')
})

it('the lines of the log that were lost and those that wait are shown', async () => {
  const log = { lost: 3, waiting: 2 }
  const { get } = await show({ log })
  const shown = async () => {
    const { values } = parseMetrics(await (await get()).text())
    return [values.rekey_log_lines_lost_total, values.rekey_log_lines_waiting]
  }
  expect(await shown()).toEqual([3, 2])
  Object.assign(log, { lost: 5, waiting: 0 })
  expect(await shown()).toEqual([5, 0])
})

it('the versions are shown', async () => {
  const { get } = await show({})
  expect(await (await get()).text()).toContain('rekey_build_info{version="1.2.3",node="v20.19.0"} 1\n')
})
