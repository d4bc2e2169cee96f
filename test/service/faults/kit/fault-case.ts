import { expect } from 'vitest'
import type { TestService } from '../../../kit/service.js'
import { gist, numberedPassword, post } from '../../../kit/submissions.js'
import { expectService, type Wish, witness } from '../../../kit/truth.js'
import type { Sender } from './calls.js'

/** Longer than a key that was refused or may not run a command, and a domain with a change that was lost, are left alone. */
const COOLDOWN_MS = 10 * 60_000

let wishes = 0

function createWish({ address }: Sender, oldPassword: string): Wish {
  wishes += 1
  return { address, oldPassword, newPassword: numberedPassword(wishes) }
}

/**
 * Asks for a change while something goes wrong. The answer is as expected and true, nothing is changed twice or for
 * another mailbox, and what comes next works: at once for another domain, soon after for this mailbox.
 *
 * @param disturb makes something go wrong; what it gives mends it
 * @returns the password that is in force after it all
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

  // What was left of it must not meet the next request.
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
