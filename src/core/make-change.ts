import type { Attempt, Outcome } from './attempt.js'
import type { Clock } from './clock.js'
import { isOutage } from './outage.js'
import type { Panel } from './panel-port.js'
import type { PasswordCheck } from './password-check.js'
import type { Target } from './verification.js'

interface ChangeTools {
  readonly panel: Panel
  readonly checkPassword: PasswordCheck
  readonly clock: Clock
}

/** When the new password is tried after an answer was lost: the panel may still be at work. */
const LOOK_AFTER_LOSS_MS = [0, 500, 1500, 3000, 5000]

/**
 * A command that has ended is at work no more. Dovecot, where it is asked, looks at its login file once a second.
 */
const LOOK_AFTER_END_MS = [0, 1500]

/** Sends the change, once, and finds out what came of it where the panel's answer does not tell. */
export async function makeChange(target: Target, attempt: Attempt, tools: ChangeTools): Promise<Outcome> {
  const { owner, mailbox } = target
  const { username, domainForm } = owner
  const answer = await tools.panel.changeMailboxPassword(
    username,
    domainForm,
    mailbox.localPart,
    attempt.newPassword,
  )
  switch (answer) {
    case 'done':
      return { code: 'changed', evidence: 'answered' }
    case 'suspended':
      return { code: 'mailbox-suspended' }
    case 'missing':
      return { code: 'mailbox-not-found' }
    case 'failed':
      return outcomeOf(await look(target, attempt, LOOK_AFTER_END_MS, tools), {
        code: 'panel-failed',
        reason: 'unexpected-exit-code',
        changeSent: true,
      })
    case 'lost':
      return outcomeOf(await look(target, attempt, LOOK_AFTER_LOSS_MS, tools), {
        code: 'panel-unavailable',
        reason: 'answer-lost',
        changeSent: true,
      })
  }
}

/** Which password opens the mailbox: the new one, not the new one, or it could not be found out. */
type Seen = 'new' | 'old' | 'nothing'

function outcomeOf(seen: Seen, unchanged: Outcome): Outcome {
  if (seen === 'new') return { code: 'changed', evidence: 'looked-up' }
  return seen === 'old' ? unchanged : { code: 'outcome-unknown' }
}

/** Looks at the given times (ms from now), skipping those that a slow look has missed; the last look counts. */
async function look(
  target: Target,
  attempt: Attempt,
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
    seen = await lookOnce(target, attempt, tools)
    if (seen === 'new') return seen
  }
  return seen
}

/** Whether the new password opens the mailbox now; false also where that can't be found out. */
export async function isInForce(target: Target, attempt: Attempt, tools: ChangeTools): Promise<boolean> {
  return (await lookOnce(target, attempt, tools)) === 'new'
}

async function lookOnce(
  target: Target,
  { newPassword, clientAddress }: Attempt,
  { panel, checkPassword }: ChangeTools,
): Promise<Seen> {
  try {
    const right = await checkPassword(target, newPassword, clientAddress, panel)
    if (right === undefined) return 'nothing'
    return right ? 'new' : 'old'
  } catch (error) {
    if (isOutage(error)) return 'nothing'
    throw error
  }
}
