import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { RawAnswer } from '../src/panel/read-answer.js'
import { TransportFailure, type TransportFailureReason } from '../src/panel/transport.js'
import { byOwner, byPassword, byWrongPassword, createPanelInMemory } from '../test/kit/panel-in-memory.js'
import { CHANGE } from '../test/panel-simulator/commands/command-names.js'
import { damagedAnswers, saysDone } from './damaged-answers.js'
import { defineTarget } from './target.js'

/** A fault in one call: whether the panel runs the command, and the response or failure that Rekey gets. */
interface Damage {
  readonly runs: boolean
  readonly answer: RawAnswer | TransportFailureReason
}

const failures = fc.constantFrom<TransportFailureReason>('unreachable', 'timed-out', 'reset', 'cut-off')
const damage: fc.Arbitrary<Damage> = fc.record({
  runs: fc.boolean(),
  answer: fc.oneof(failures, damagedAnswers),
})

/** Whether the response clearly says, in the panel's own form, that the command failed or didn't run. */
function saysFailed({ status, exitCodeHeader, body }: RawAnswer): boolean {
  const code = exitCodeHeader?.trimEnd() ?? ''
  return (
    /^[1-9]\d{0,2}$/.test(code) && (status === 200 ? body.trimEnd() === code : status >= 400 && status < 500)
  )
}

/** Attempts with a panel whose responses get lost or damaged. */
export const changes = [
  defineTarget({
    // Each wait for the outcome after a lost response takes the test clock many turns of the event loop.
    leastMs: 100,
    name: 'changes',
    arbitrary: fc.record({
      proof: fc.constantFrom(byPassword, byOwner, byWrongPassword),
      localPart: fc.constantFrom('info', 'box0', 'nobody'),
      damages: fc.array(fc.option(damage, { freq: 2, nil: undefined }), { maxLength: 12, size: 'max' }),
    }),
    async run({ proof, localPart, damages }) {
      const changeAnswers: RawAnswer[] = []
      let calls = 0
      const panel = await createPanelInMemory('fast', 1, async (command, call) => {
        const { runs, answer = undefined } = damages[calls++] ?? { runs: true }
        // Without a connection, nothing ran.
        const real = runs && answer !== 'unreachable' ? await call() : undefined
        if (typeof answer === 'string') throw new TransportFailure(answer)
        const given = answer ?? (real as RawAnswer)
        if (command === CHANGE) changeAnswers.push(given)
        return given
      })
      const { outcome } = await panel.attempt({
        localPart,
        proof,
        clientAddress: '203.0.113.9',
        timeoutMs: 30_000,
      })
      const isChanged = panel.hasNew(localPart)

      const sent = panel.sent.filter((command) => command === CHANGE).length
      assert(sent <= 1, 'a change sent twice')
      assert(sent === 0 || proof !== byWrongPassword, 'a change by a wrong password')
      if (outcome.code === 'changed') {
        const wasSaid = outcome.evidence === 'answered' && changeAnswers.some(saysDone)
        assert(isChanged || wasSaid, 'an untrue "changed"')
      } else if (isChanged && !changeAnswers.some(saysFailed)) {
        const admits = outcome.code === 'outcome-unknown' || outcome.code === 'change-not-confirmed'
        assert(admits, `an untrue "${outcome.code}": the change was made`)
      }
    },
  }),
]
