import { expect, it } from 'vitest'
import { expectNoLeak } from '../../kit/leaks.js'
import { startService } from '../../kit/service.js'
import type { Fault } from '../../panel-simulator/simulator.js'
import { type Call, calls } from './kit/calls.js'
import { tryChange } from './kit/fault-case.js'

// transport.test.ts and command-runner.test.ts test each broken answer, and panel-faults.test.ts those to a change. This tests
// the effect on each call.

/** Breaks the answer to one call of a change. */
async function breakAnswer(
  { call, sender }: Call,
  fault: Fault,
  times: number,
  expected: string,
): Promise<void> {
  await expectNoLeak(startService, async (service) => {
    await service.app.watch()
    await tryChange(service, sender, sender.password, expected, () =>
      service.panel.failNext(call, fault, times),
    )
  })
}

const questions = calls.filter(({ asks }) => asks !== 'change')
const changes = calls.filter(({ asks }) => asks === 'change')

it.each(questions)(
  'a page in place of the answer to $call, by proof of $proof, is never taken for one',
  async (each) => {
    await breakAnswer(
      each,
      { kind: 'answer', run: true, status: 500, body: '<html></html>' },
      1,
      '502 panel-failed',
    )
  },
)

it.each(questions)(
  'a lost answer to $call, by proof of $proof, is asked for once more, and then given up',
  async (each) => {
    await breakAnswer(each, { kind: 'reset', when: 'after-run' }, 1, '200 changed')
    await breakAnswer(each, { kind: 'reset', when: 'after-run' }, 2, '503 panel-unavailable')
  },
)

it.each(changes)(
  'a change whose answer is lost, by proof of $proof, is told as what became of it',
  async (each) => {
    await breakAnswer(each, { kind: 'endless', run: true, pace: 'flood' }, 1, '200 changed')
    await breakAnswer(each, { kind: 'endless', run: false, pace: 'flood' }, 1, '504 change-not-confirmed')
    await breakAnswer(each, { kind: 'reset', when: 'mid-answer' }, 1, '200 changed')
    await breakAnswer(each, { kind: 'truncated', run: true }, 1, '200 changed')
  },
)

it('an account’s record that is only half there is none', async () => {
  const each = calls.find(({ call }) => call === 'v-list-user json')
  expect(each).toBeDefined()
  if (each) await breakAnswer(each, { kind: 'truncated', run: true }, 1, '502 panel-failed')
})
