import { describe, expect, it } from 'vitest'
import { expectNoLeak } from '../kit/leaks.js'
import { startService } from '../kit/service.js'
import type { Fault } from '../panel-simulator/simulator.js'
import { brokenAnswers, CUT_OFF, TRUNCATED } from './kit/broken-answers.js'
import { type Call, calls } from './kit/calls.js'
import { tryChange } from './kit/fault-case.js'

/** Breaks the answer to one call of a change. */
async function breakAnswer(
  { call, proof }: Call,
  fault: Fault,
  times: number,
  expected: string,
): Promise<void> {
  await expectNoLeak(startService, async (service) => {
    await service.app.checkReadiness()
    await tryChange(service, proof, proof.password, expected, () =>
      service.panel.failNext(call, fault, times),
    )
  })
}

const questions = calls.filter(({ asks }) => asks !== 'change')
const changes = calls.filter(({ asks }) => asks === 'change')

describe.each(questions)('the answer to $call, in mode $mode,', (each) => {
  it.each(brokenAnswers)('that is $what', async ({ fault, times = 1, expected }) => {
    await breakAnswer(each, fault(true), times, expected)
  })

  it('that is cut off', async () => {
    await breakAnswer(each, CUT_OFF, 1, '503 panel-unavailable')
  })
})

describe.each(changes)('the answer to a change, in mode $mode,', (each) => {
  it.each(brokenAnswers)('that is $what, though it was made', async ({ fault, times = 1 }) => {
    await breakAnswer(each, fault(true), times, '200 changed')
  })

  it.each(brokenAnswers)('that is $what, and it was not made', async ({ fault, times = 1 }) => {
    await breakAnswer(each, fault(false), times, '503 panel-unavailable')
  })

  it.each([CUT_OFF, TRUNCATED])('that is cut short: %o', async (fault) => {
    await breakAnswer(each, fault, 1, '200 changed')
  })
})

it('an account’s record that is only half there is none', async () => {
  const each = calls.find(({ call }) => call === 'v-list-user json')
  expect(each).toBeDefined()
  if (each) await breakAnswer(each, TRUNCATED, 1, '502 panel-failed')
})
