import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { Attempt } from './attempt.js'
import { isOutage } from './outage.js'
import type { Panel } from './panel-port.js'
import type { Target } from './verification.js'
import type { CheckResult, PasswordCheck } from './verify-password.js'

/** How long (ms) one look may take, whatever is left of its sender's patience. */
const LOOK_TIMEOUT_MS = 10_000

export interface LookTools {
  readonly panel: Panel
  readonly checkPassword: PasswordCheck
  readonly clock: Clock
}

/** Which password opens the mailbox: the new one, not the new one, or it could not be found out. */
export type Seen = 'new' | 'old' | 'nothing'

/**
 * Finds out which password is in force, looking at the given times (ms from now, the first one 0). Those that a slow
 * look has missed are skipped, but for the last, which counts.
 */
export async function look(
  target: Target,
  attempt: Attempt,
  timesMs: readonly number[],
  tools: LookTools,
): Promise<Seen> {
  const { clock } = tools
  const start = clock.now()
  let seen: Seen = 'nothing'
  for (const timeMs of timesMs) {
    const untilThen = timeMs - (clock.now() - start)
    if (untilThen < 0 && timeMs > 0 && timeMs !== timesMs.at(-1)) continue
    if (untilThen > 0) await clock.wait(untilThen)
    seen = await lookOnce(target, attempt, tools)
    if (seen === 'new') return seen
  }
  return seen === 'old' ? await confirmOld(target, attempt, tools) : seen
}

/** Whether the new password opens the mailbox now; false also where that can't be found out. */
export async function isInForce(target: Target, attempt: Attempt, tools: LookTools): Promise<boolean> {
  return (await lookOnce(target, attempt, tools)) === 'new'
}

async function lookOnce(target: Target, attempt: Attempt, tools: LookTools): Promise<Seen> {
  const result = await ask(target, attempt.newPassword, attempt, tools)
  if (result === 'right') return 'new'
  return result === 'wrong' ? 'old' : 'nothing'
}

/** That the new password is refused need not mean that the old one is in force: then it must be seen to be. */
async function confirmOld(target: Target, attempt: Attempt, tools: LookTools): Promise<Seen> {
  const { credentials } = attempt
  if (tools.checkPassword.refusalIsProof) return 'old'
  if (credentials.mode !== 'mailbox') return 'nothing'
  return (await ask(target, credentials.password, attempt, tools)) === 'right' ? 'old' : 'nothing'
}

async function ask(
  { mailbox, owner }: Target,
  password: Secret,
  { clientAddress }: Attempt,
  { panel, checkPassword, clock }: LookTools,
): Promise<CheckResult | undefined> {
  try {
    const deadline = createDeadline(LOOK_TIMEOUT_MS, clock)
    const guess = { mailbox, owner: Promise.resolve(owner), password, clientAddress, deadline }
    return await checkPassword.check(guess, panel)
  } catch (error) {
    if (isOutage(error)) return undefined
    throw error
  }
}
