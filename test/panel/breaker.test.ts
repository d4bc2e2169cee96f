import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PanelFault } from '../../src/core/panel-port.js'
import { createBreaker } from '../../src/panel/breaker.js'
import { startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post, warmUp } from '../kit/submissions.js'
import { CHANGE } from '../panel-simulator/commands/command-names.js'

const OWNER = 'v-search-domain-owner'
const AWAY = { kind: 'answer', run: false, status: 502, body: 'Bad Gateway' } as const

// The library tells the time by Date, and what waits for a probe does so by a timer.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() }))
afterEach(() => void vi.useRealTimers())

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

/** A service whose panel has not answered five calls in a row. */
async function startWithPanelDown(): Promise<TestService> {
  const service = await startService({ environment: { REKEY_TRUST_PROXY: '1' } })
  await warmUp(service)
  service.panel.failNext(OWNER, AWAY, 5)
  for (let call = 0; call < 5; call++) {
    expect(gist(await post(service, byMailbox()))).toBe('503 panel-unavailable')
  }
  service.panel.calls.length = 0
  return service
}

it('a panel that has not answered five calls in a row is not asked for a second, and people are told at once', async () => {
  const service = await startWithPanelDown()
  pass(999)
  const response = await post(service, byMailbox())
  expect(gist(response)).toBe('503 panel-unavailable')
  expect(response.get('retry-after')).toBe('30')
  expect(response.body.detail).toContain('Nothing was changed')
  expect(service.panel.calls).toEqual([])
  expect(service.attempts().at(-1)).toMatchObject({ reason: 'left-alone', changeSent: false })
  pass(1)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row is asked by one call at a time, and left alone for twice as long after each that fails', async () => {
  const service = await startWithPanelDown()
  let pauseMs = 1000
  for (const nextMs of [2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    pass(pauseMs)
    service.panel.failNext(OWNER, AWAY)
    const hold = service.panel.hold(OWNER)
    const probe = post(service, byMailbox())
    await hold.arrived
    const others = [post(service, byMailbox(), '203.0.113.1'), post(service, byAccount(), '203.0.113.2')]
    hold.release()
    const gists = (await Promise.all([probe, ...others])).map(gist)
    expect(new Set(gists)).toEqual(new Set(['503 panel-unavailable']))
    expect(service.panel.calls).toHaveLength(1)
    pass(nextMs - 1)
    await post(service, byMailbox())
    expect(service.panel.calls).toHaveLength(1)
    service.panel.calls.length = 0
    pauseMs = 1
  }
  pass(pauseMs)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row serves the whole attempt whose first call finds it well again', async () => {
  const service = await startWithPanelDown()
  pass(1000)
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row does not keep those waiting who come while it hangs again', async () => {
  const service = await startWithPanelDown()
  pass(1000)
  const hold = service.panel.hold(OWNER)
  const probe = post(service, byMailbox())
  await hold.arrived
  for (let index = 0; index < 4; index++) {
    const other = post(service, byMailbox({ email: `info@d${index}.example` }), `203.0.113.${index}`)
    while (service.app.panelLoad().running < 2) await setTimeout(1)
    vi.advanceTimersByTime(1000)
    expect(gist(await other)).toBe('503 panel-unavailable')
  }
  expect(service.panel.calls).toHaveLength(1)
  hold.release()
  expect(gist(await probe)).toBe('200 changed')
  // Nor do they count against it when it answers.
  expect(gist(await post(service, byAccount({}, { newPassword: 'another new secret' })))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row is sent no change before a call that changes nothing was answered', async () => {
  const service = await startService({ environment: { REKEY_TRUST_PROXY: '1' } })
  await warmUp(service)
  service.panel.calls.length = 0
  const lookup = service.panel.hold('v-list-user')
  const change = post(service, byAccount())
  await lookup.arrived
  service.panel.failNext(OWNER, AWAY, 5)
  for (let call = 0; call < 5; call++) {
    await post(service, byMailbox({ email: `info@d${call}.example` }), '203.0.113.9')
  }
  pass(1000)
  lookup.release()
  expect(gist(await change)).toBe('503 panel-unavailable')
  expect(service.commands()).not.toContain(CHANGE)
  expect(service.attempts().at(-1)).toMatchObject({ reason: 'left-alone', changeSent: false })
})

it('a panel that answers what can’t be used is not taken to be down', async () => {
  const service = await startService()
  await service.app.checkReadiness()
  service.panel.failNext(OWNER, { kind: 'exit', run: false, code: 14 }, 6)
  for (let call = 0; call < 6; call++) expect(gist(await post(service, byMailbox()))).toBe('503 panel-busy')
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('failures that are not in a row do not close the way', async () => {
  const service = await startService()
  await service.app.checkReadiness()
  for (let round = 0; round < 3; round++) {
    service.panel.failNext(OWNER, AWAY, 4)
    for (let call = 0; call < 4; call++) await post(service, byMailbox({ currentPassword: 'wrong' }))
    expect(gist(await post(service, byMailbox({ email: `x@d${round}.example` })))).toBe(
      '403 invalid-credentials',
    )
  }
})

it('the breaker tells a call whether it is a probe, and others how it stands', async () => {
  const breaker = createBreaker()
  const down = new PanelFault('panel-unavailable', 'timed-out')
  const seen: unknown[] = []
  async function look(isProbe: boolean): Promise<void> {
    await new Promise(setImmediate)
    seen.push([isProbe, breaker.state()])
  }
  for (let call = 0; call < 5; call++) {
    const failed = breaker.pass(true, async (isProbe) => {
      await look(isProbe)
      throw down
    })
    await expect(failed).rejects.toBe(down)
  }
  expect(breaker.state()).toBe('open')
  pass(1000)
  expect(breaker.state()).toBe('open')
  await breaker.pass(true, look)
  expect(breaker.state()).toBe('closed')
  expect(seen).toEqual([...Array(5).fill([false, 'closed']), [true, 'half-open']])
})

it.each([
  new RangeError('bug'),
  new PanelFault('panel-failed', 'exit-code-4'),
  new PanelFault('panel-unavailable', 'left-alone'),
])('calls that fail by %s do not show that the panel is down', async (error) => {
  const breaker = createBreaker()
  for (let call = 0; call < 6; call++) {
    await expect(breaker.pass(true, () => Promise.reject(error))).rejects.toBe(error)
  }
  expect(breaker.state()).toBe('closed')
})
