import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { expectNoLeak } from '../kit/leaks.js'
import { simulatorEnvironment, startService, startServiceAt } from '../kit/service.js'
import { gist, post } from '../kit/submissions.js'
import { expectService, witness } from '../kit/truth.js'
import { startPanelSimulator } from '../panel-simulator/simulator.js'
import { endlessAnswers } from './kit/broken-answers.js'
import { calls } from './kit/calls.js'
import { tryChange } from './kit/fault-case.js'

const CHANGE = 'v-change-mail-account-password'
const TIMEOUT_MS = 15_000
const ENVIRONMENT = { HESTIA_TIMEOUT_MS: `${TIMEOUT_MS}` }
const [byMailbox] = calls

// Time-outs pass when a test lets them, and so only for the call that is not answered, however slow the machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Lets the time-out pass in steps, between which more of an answer comes in if there is more. */
async function passTimeout(): Promise<void> {
  const steps = 10
  for (let step = 0; step < steps; step++) {
    await setTimeout(10)
    vi.advanceTimersByTime(TIMEOUT_MS / steps)
  }
}

function start(environment: Record<string, string> = {}) {
  return startService({ environment })
}

describe.each(calls)('an answer that never ends to $call, in mode $mode,', ({ call, asks, proof }) => {
  it.each(endlessAnswers)('by $what is given up', async ({ fault, expected }) => {
    for (const run of [true, false]) {
      const answer = asks === 'change' && run ? '200 changed' : expected
      await expectNoLeak(
        () => start(ENVIRONMENT),
        async (service) => {
          await service.app.checkReadiness()
          const disturb = () => service.panel.failNext(call, fault(run, passTimeout))
          await tryChange(service, proof, proof.password, answer, disturb)
        },
      )
    }
  })
})

describe('a panel that takes longer than anybody waits', () => {
  it.each(calls)(
    'for $call, in mode $mode, changes nothing that is not told',
    async ({ call, asks, proof }) => {
      const service = await start(ENVIRONMENT)
      await service.app.checkReadiness()
      await tryChange(service, proof, proof.password, '503 panel-unavailable', () => {
        const hold = service.panel.hold(call)
        void hold.arrived.then(passTimeout)
        return async () => {
          hold.release()
          // The panel ends what it had begun, while the domain is still closed.
          const old = () => service.panel.accepts(proof.address, proof.password)
          await expect.poll(old).toBe(asks !== 'change')
        }
      })
    },
  )
})

it('a panel that refuses connections is one that can’t be reached, and serves when it is back', async () => {
  const panel = await startPanelSimulator()
  const environment = simulatorEnvironment(panel)
  const port = Number(new URL(panel.url).port)
  await panel.close()
  const service = await startServiceAt(panel, environment)
  const proof = calls.find(({ call }) => call === CHANGE)?.proof
  if (!proof) throw new Error('no proof')
  const wish = { address: proof.address, oldPassword: proof.password, newPassword: 'a wholly new secret' }
  const response = await post(service, proof.body(wish))
  expect(gist(response)).toBe('503 panel-unavailable')
  expect(service.attempts()[0]).toMatchObject({ reason: 'unreachable', changeSent: false })
  const back = await startPanelSimulator({ port })
  onTestFinished(() => back.close())
  expect(gist(await post(service, proof.body(wish)))).toBe('200 changed')
  expect(await back.accepts(wish.address, wish.newPassword)).toBe(true)
})

it('a key that is revoked in the middle stops the change before it is sent', async () => {
  const service = await start()
  await service.app.checkReadiness()
  const proof = byMailbox?.proof
  if (!proof) throw new Error('no proof')
  const wish = { address: proof.address, oldPassword: proof.password, newPassword: 'a wholly new secret' }
  const judge = witness(service, wish)
  const hold = service.panel.hold('v-get-mail-account-value md5')
  const answer = post(service, proof.body(wish))
  await hold.arrived
  service.panel.switches.keyRevoked = true
  hold.release()
  const response = await answer
  expect(gist(response)).toBe('502 panel-misconfigured')
  await judge(response)
  service.panel.switches.keyRevoked = false
  service.clock.advance(300_000)
  await expectService(service)
})
