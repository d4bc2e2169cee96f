import type { Outcome } from './attempt.js'
import type { Clock } from './clock.js'
import type { HashCheck } from './hash-check.js'
import { type Panel, PanelFault } from './panel-port.js'
import type { Secret } from './secret.js'
import { exactHash, type Target } from './verification.js'

interface ChangeTools {
  readonly panel: Panel
  readonly isPasswordOf: HashCheck
  readonly clock: Clock
}

/** When the stored hash is read again after an answer was lost: the panel may still be at work. */
const LOOK_AFTER_LOSS_MS = [0, 500, 1500, 3000, 5000]

/** A command that has ended is at work no more. */
const LOOK_AFTER_END_MS = [0]

/** Sends the change, once, and finds out what came of it where the panel's answer does not tell. */
export async function makeChange(target: Target, newPassword: Secret, tools: ChangeTools): Promise<Outcome> {
  const { owner, domainForm, localPart } = target
  const answer = await tools.panel.changeMailboxPassword(owner, domainForm, localPart, newPassword)
  switch (answer) {
    case 'done':
      return { code: 'changed', evidence: 'answered' }
    case 'suspended':
      return { code: 'mailbox-suspended' }
    case 'missing':
      return { code: 'mailbox-not-found' }
    case 'failed':
      return outcomeOf(await look(target, newPassword, LOOK_AFTER_END_MS, tools), {
        code: 'panel-failed',
        reason: 'unexpected-exit-code',
        changeSent: true,
      })
    case 'lost':
      return outcomeOf(await look(target, newPassword, LOOK_AFTER_LOSS_MS, tools), {
        code: 'panel-unavailable',
        reason: 'answer-lost',
        changeSent: true,
      })
  }
}

/** What the stored hash, read again, says: it accepts the new password, it does not, or it could not be read. */
type Seen = 'new' | 'old' | 'nothing'

function outcomeOf(seen: Seen, unchanged: Outcome): Outcome {
  if (seen === 'new') return { code: 'changed', evidence: 'looked-up' }
  return seen === 'old' ? unchanged : { code: 'outcome-unknown' }
}

/** Looks at the given times (ms from now), skipping those that a slow look has missed; the last look counts. */
async function look(
  target: Target,
  newPassword: Secret,
  timesMs: readonly number[],
  tools: ChangeTools,
): Promise<Seen> {
  const { clock } = tools
  const start = clock.now()
  let seen: Seen = 'nothing'
  for (const timeMs of timesMs) {
    const untilThen = timeMs - (clock.now() - start)
    if (untilThen < 0 && timeMs > 0) continue
    if (untilThen > 0) await clock.wait(untilThen)
    seen = await lookOnce(target, newPassword, tools)
    if (seen === 'new') return seen
  }
  return seen
}

/** Whether the stored hash accepts the new password now; false also where it can't be read. */
export async function isInForce(target: Target, newPassword: Secret, tools: ChangeTools): Promise<boolean> {
  return (await lookOnce(target, newPassword, tools)) === 'new'
}

async function lookOnce(
  { owner, domainForm, localPart }: Target,
  newPassword: Secret,
  { panel, isPasswordOf }: ChangeTools,
): Promise<Seen> {
  try {
    const hash = exactHash(localPart, await panel.lookUpStoredHash(owner, domainForm, localPart))
    if (!hash) return 'nothing'
    return (await isPasswordOf(newPassword, hash)) ? 'new' : 'old'
  } catch (error) {
    if (error instanceof PanelFault) return 'nothing'
    throw error
  }
}
