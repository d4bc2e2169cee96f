import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PanelFault } from '../../src/core/panel-port.js'
import { type Breaker, createBreaker } from '../../src/panel/breaker.js'
import { TransportFailure } from '../../src/panel/transport.js'
import { createTestClock } from '../kit/clock.js'
import { byPassword, createPanelInMemory } from '../kit/panel-in-memory.js'
import { startService, type TestService } from '../kit/service.js'
import { byAccount, byMailbox, gist, post, warmUp } from '../kit/submissions.js'

const OWNER = 'v-search-domain-owner'
const AWAY_ERROR = new TransportFailure('unreachable')
const AWAY = { kind: 'answer', run: false, status: 502, body: 'Bad Gateway' } as const

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

it('a panel that has not answered five calls in a row gets none for a second, and people are told at once', async () => {
  const service = await startWithPanelDown()
  service.clock.advance(999)
  const response = await post(service, byMailbox())
  expect(gist(response)).toBe('503 panel-unavailable')
  expect(response.get('retry-after')).toBe('30')
  expect(response.body.detail).toContain('Nothing was changed')
  expect(service.panel.calls).toEqual([])
  expect(service.attempts().at(-1)).toMatchObject({ reason: 'left-alone' })
  service.clock.advance(1)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row serves the whole attempt whose first call finds it back', async () => {
  const service = await startWithPanelDown()
  service.clock.advance(1000)
  expect(gist(await post(service, byAccount()))).toBe('200 changed')
})

it('a panel that has not answered five calls in a row keeps nobody waiting behind the probe', async () => {
  const service = await startWithPanelDown()
  service.clock.advance(1000)
  const hold = service.panel.hold(OWNER)
  const probe = post(service, byMailbox())
  await hold.arrived
  for (let index = 0; index < 6; index++) {
    const other = post(service, byMailbox({ email: `info@d${index}.example` }), `203.0.113.${index}`)
    expect(gist(await other)).toBe('503 panel-unavailable')
  }
  expect(service.panel.calls).toHaveLength(1)
  hold.release()
  expect(gist(await probe)).toBe('200 changed')
  // Nor do they count against it when the panel answers.
  expect(gist(await post(service, byAccount({}, { newPassword: 'another new secret' })))).toBe('200 changed')
})

it('a panel with unusable answers is not taken to be away', async () => {
  const service = await startService()
  await service.app.watch()
  service.panel.failNext(OWNER, { kind: 'exit', run: false, code: 14 }, 6)
  for (let call = 0; call < 6; call++) expect(gist(await post(service, byMailbox()))).toBe('503 panel-busy')
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a slow panel is never taken to be away, however many ask: those without room are told that it is busy', async () => {
  const panel = await createPanelInMemory('small')
  const codes = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const clientAddress = `203.0.113.${index}`
      const tried = { localPart: `box${index}`, proof: byPassword, clientAddress, timeoutMs: 30_000 }
      return (await panel.attempt(tried)).outcome.code
    }),
  )
  expect(new Set(codes)).toEqual(new Set(['changed', 'panel-busy']))
})

describe('the breaker', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))

  function setUp() {
    const clock = createTestClock()
    const turnedAway: string[] = []
    const breaker = createBreaker(clock, ({ reason }) => void turnedAway.push(reason))
    return {
      breaker,
      turnedAway,
      async pass(ms: number): Promise<void> {
        clock.advance(ms)
        await vi.advanceTimersByTimeAsync(ms)
      },
    }
  }

  async function fail(breaker: Breaker, error: Error, times = 1): Promise<void> {
    for (let call = 0; call < times; call++) {
      await expect(breaker.pass(true, () => Promise.reject(error))).rejects.toBe(error)
    }
  }

  /** A call that runs until the test ends it. */
  function hang(breaker: Breaker) {
    let [answer, fail] = [(): void => undefined, (_error: Error): void => undefined]
    const call = new Promise<string>((resolve, reject) => {
      answer = () => resolve('answer')
      fail = reject
    })
    const ended = breaker.pass(true, () => call)
    ended.catch(() => undefined)
    return { ended, answer: () => answer(), fail: (error: Error) => fail(error) }
  }

  const LATE = new TransportFailure('timed-out')
  const SIGNS = [
    new TransportFailure('unreachable'),
    new TransportFailure('reset'),
    new TransportFailure('cut-off'),
    new TransportFailure('tls-refused'),
    new PanelFault('panel-unavailable', 'not-the-panel-http-502'),
  ]

  it.each(SIGNS)('opens after five calls in a row that fail by %s', async (error) => {
    const { breaker, turnedAway } = setUp()
    await fail(breaker, error, 4)
    expect(await breaker.pass(true, async () => 'answer')).toBe('answer')
    await fail(breaker, error, 4)
    expect([breaker.state(), turnedAway]).toEqual(['closed', []])
    await fail(breaker, error)
    expect([breaker.state(), turnedAway]).toEqual(['open', ['left-alone']])
    expect(breaker.admit).toThrow('left-alone')
  })

  it.each([
    new RangeError('bug'),
    new PanelFault('panel-failed', 'not-the-panel-http-200'),
    new PanelFault('panel-busy', 'waited-too-long'),
    LATE,
    new TransportFailure('unreachable', undefined, true),
  ])('stays closed after calls that fail by %s', async (error) => {
    const { breaker } = setUp()
    await fail(breaker, error, 20)
    expect(breaker.state()).toBe('closed')
  })

  it('opens when calls have waited for 30 s without any answer', async () => {
    const { breaker, turnedAway, pass } = setUp()
    const first = hang(breaker)
    await pass(15_000)
    first.fail(LATE)
    await expect(first.ended).rejects.toBe(LATE)
    await pass(20_000)
    hang(breaker)
    await pass(14_999)
    expect([breaker.state(), turnedAway]).toEqual(['closed', []])
    await pass(1)
    expect([breaker.state(), turnedAway]).toEqual(['open', ['left-alone']])
  })

  it('waits for 30 s again after an answer, and after 30 s without calls', async () => {
    const { breaker, pass } = setUp()
    const [slow, answered] = [hang(breaker), hang(breaker)]
    await pass(29_999)
    answered.answer()
    await answered.ended
    await pass(29_999)
    slow.fail(LATE)
    await expect(slow.ended).rejects.toBe(LATE)
    await pass(30_001)
    hang(breaker)
    await pass(29_999)
    expect(breaker.state()).toBe('closed')
    await pass(1)
    expect(breaker.state()).toBe('open')
  })

  it('lets one call probe the panel after the pause, but no change', async () => {
    const { breaker, turnedAway, pass } = setUp()
    await fail(breaker, AWAY_ERROR, 5)
    await pass(1000)
    expect(breaker.state()).toBe('open')
    await expect(breaker.pass(false, async () => 'changed')).rejects.toThrow('left-alone')
    breaker.admit()
    const probe = hang(breaker)
    expect([breaker.state(), turnedAway]).toEqual(['half-open', ['left-alone', 'left-alone']])
    expect(breaker.admit).toThrow('left-alone')
    await expect(breaker.pass(true, async () => 'answer')).rejects.toThrow('left-alone')
    probe.answer()
    await probe.ended
    expect(breaker.state()).toBe('closed')
    breaker.admit()
  })

  it.each([AWAY_ERROR, LATE])(
    'stays open twice as long after a probe that fails by %s, up to 30 s',
    async (error) => {
      const { breaker, pass } = setUp()
      await fail(breaker, AWAY_ERROR, 5)
      for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
        await pass(pauseMs - 1)
        expect(breaker.admit).toThrow('left-alone')
        await pass(1)
        await fail(breaker, error)
        expect(breaker.state()).toBe('open')
      }
      await pass(30_000)
      await breaker.pass(true, async () => 'answer')
      await fail(breaker, AWAY_ERROR, 5)
      await pass(1000)
      breaker.admit()
    },
  )

  it('lets the next call probe the panel when the first was not sent after all', async () => {
    const { breaker, pass } = setUp()
    await fail(breaker, AWAY_ERROR, 5)
    await pass(1000)
    await fail(breaker, new PanelFault('panel-busy', 'waited-too-long'))
    expect(breaker.state()).toBe('open')
    expect(await breaker.pass(true, async () => 'answer')).toBe('answer')
  })

  it('is closed by a late answer to an earlier call', async () => {
    const { breaker } = setUp()
    const early = hang(breaker)
    await fail(breaker, AWAY_ERROR, 5)
    early.answer()
    await early.ended
    expect(breaker.state()).toBe('closed')
  })

  it('does not take the failure of an earlier call for that of the probe, nor for another failure', async () => {
    const { breaker, pass } = setUp()
    const [first, second] = [hang(breaker), hang(breaker)]
    await fail(breaker, AWAY_ERROR, 5)
    await pass(500)
    first.fail(AWAY_ERROR)
    await expect(first.ended).rejects.toBe(AWAY_ERROR)
    await pass(500)
    hang(breaker)
    second.fail(AWAY_ERROR)
    await expect(second.ended).rejects.toBe(AWAY_ERROR)
    expect(breaker.state()).toBe('half-open')
  })

  it('counts a probe that hangs for longer than 30 s as one failure', async () => {
    const { breaker, pass } = setUp()
    await fail(breaker, AWAY_ERROR, 5)
    await pass(1000)
    const probe = hang(breaker)
    await pass(60_000)
    probe.fail(LATE)
    await expect(probe.ended).rejects.toBe(LATE)
    await pass(2000)
    breaker.admit()
  })
})
