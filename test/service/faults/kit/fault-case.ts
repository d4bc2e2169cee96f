import { expect } from 'vitest'
import type { TestService } from '../../../kit/service.js'
import { gist, numberedPassword, post } from '../../../kit/submissions.js'
import { expectService, type Wish, witness } from '../../../kit/truth.js'
import type { Sender } from './calls.js'

/** Longer than the cool-down after a refused key or command, and longer than a domain stays locked after a lost change. */
const COOLDOWN_MS = 10 * 60_000

let wishes = 0

function createWish({ address }: Sender, oldPassword: string): Wish {
  wishes += 1
  return { address, oldPassword, newPassword: numberedPassword(wishes) }
}

/**
 * Requests a change while something goes wrong. Expects that the answer is right and true, that nothing is changed twice or for
 * another mailbox, and that the next changes work: at once in another domain, soon after for this mailbox.
 *
 * @param disturb makes something go wrong, and returns the function that repairs it
 * @returns the password at the end
 */
export async function tryChange(
  service: TestService,
  sender: Sender,
  oldPassword: string,
  expected: string,
  disturb: () => (() => void | Promise<void>) | void,
): Promise<string> {
  const { panel, clock } = service
  const wish = createWish(sender, oldPassword)
  const judge = witness(service, wish)
  const mend = disturb()
  const response = await post(service, sender.body(wish))
  expect(gist(response)).toBe(expected)
  await judge(response)

  // The rest of the fault must not affect the next request.
  panel.clearFaults()
  const keyCoolsDown = expected === '502 panel-misconfigured'
  if (!keyCoolsDown) await expectService(service)
  await mend?.()
  clock.advance(COOLDOWN_MS)
  if (keyCoolsDown) await expectService(service)
  const inForce = (await panel.accepts(wish.address, wish.newPassword)) ? wish.newPassword : oldPassword
  const next = createWish(sender, inForce)
  const judgeNext = witness(service, next)
  const nextResponse = await post(service, sender.body(next))
  expect(gist(nextResponse)).toBe('200 changed')
  await judgeNext(nextResponse)
  return next.newPassword
}
