import { expect, it } from 'vitest'
import { startService } from '../../kit/service.js'
import { gist, post } from '../../kit/submissions.js'
import { claimOf, expectService, witness } from '../../kit/truth.js'
import { type Call, calls } from './kit/calls.js'

// test/panel/commands.test.ts tests each code of each command. This tests that no answer is untrue.

/** Requests a change, one command of which ends with this code, and checks the answer with the panel's state. */
async function endCall({ call, sender }: Call, code: number, run: boolean): Promise<string> {
  const service = await startService()
  await service.app.watch()
  const wish = {
    address: sender.address,
    oldPassword: sender.password,
    newPassword: `the wholly new secret ${code}`,
  }
  const judge = witness(service, wish)
  service.panel.failNext(call, { kind: 'exit', code, run })
  const response = await post(service, sender.body(wish))
  // If the panel lies about the change itself, nobody can know better.
  if (code !== 0) await judge(response)
  expect(response.status).not.toBe(500)
  service.panel.clearFaults()
  service.clock.advance(600_000)
  await expectService(service)
  return code === 0 ? gist(response) : claimOf(response)
}

const changes = calls.filter(({ asks }) => asks === 'change')
const questions = calls.filter(({ asks }) => asks !== 'change')

it.each(questions)(
  'the end of $call, by proof of $proof, with a code that means nothing there is told truly, and changes nothing',
  async (call) => {
    for (const code of [7, 10]) expect(await endCall(call, code, true)).toBe('unchanged')
  },
)

it.each(questions.filter(({ asks }) => asks === 'whether'))(
  'a $call that refuses is told truly, and changes nothing',
  async (call) => {
    expect(await endCall(call, 9, true)).toBe('unchanged')
  },
)

it.each(changes)(
  'the end of a change, by proof of $proof, with a code that says nothing is told by what became of it',
  async (call) => {
    expect(await endCall(call, 13, true)).toBe('changed')
    expect(await endCall(call, 13, false)).toBe('either')
  },
)

it.each(changes)(
  'the end of a change, by proof of $proof, before it has begun is told as no change',
  async (call) => {
    expect(await endCall(call, 14, false)).toBe('unchanged')
  },
)

it.each(changes)(
  'the end of a change, by proof of $proof, of which the panel says that it was made is told so',
  async (call) => {
    expect(await endCall(call, 0, false)).toBe('200 changed')
  },
)
