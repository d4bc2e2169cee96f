import { describe, expect, it } from 'vitest'
import { startService } from '../../kit/service.js'
import { gist, post } from '../../kit/submissions.js'
import { claimOf, expectService, witness } from '../../kit/truth.js'
import { calls } from './kit/calls.js'

/** With these a change ends before it has begun: what is missing, malformed, suspended or too much is found first. */
const BEFORE_THE_CHANGE = [1, 2, 3, 5, 14]

const CODES = Array.from({ length: 22 }, (_, code) => code)

// What each code means for each command stands in test/panel and test/changes; here, that no answer is untrue.
describe.each(calls)('the end of $call, in mode $mode,', ({ call, asks, proof }) => {
  it.each(CODES)('with exit code %i is answered truly, whether or not the command ran', async (code) => {
    const neverRan = asks === 'change' && BEFORE_THE_CHANGE.includes(code)
    for (const run of neverRan ? [false] : [true, false]) {
      const service = await startService()
      await service.app.checkReadiness()
      const newPassword = `the wholly new secret ${code}`
      const wish = { address: proof.address, oldPassword: proof.password, newPassword }
      const judge = witness(service, wish)
      service.panel.failNext(call, { kind: 'exit', code, run })
      const response = await post(service, proof.body(wish))
      if (code !== 0) {
        await judge(response)
        expect(response.status).not.toBe(500)
        const mayChange = asks === 'change' || (asks === 'siblings' && code === 3)
        const lies = !mayChange && claimOf(response) === 'changed'
        expect(lies, gist(response)).toBe(false)
      } else if (asks === 'change' && !run) {
        // The panel itself lies then: nobody can know better.
        expect(gist(response)).toBe('200 changed')
      } else if (run) {
        await judge(response)
      }
      service.panel.clearFaults()
      service.clock.advance(600_000)
      await expectService(service)
    }
  })
})
