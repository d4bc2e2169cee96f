import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { Secret } from '../lib/secret.js'
import type { Credentials } from './attempt.js'
import { isOutage } from './outage.js'
import type { Panel } from './panel-port.js'
import type { Target } from './verification.js'
import type { CheckResult, Guess, PasswordCheck } from './verify-password.js'

/** How long one check may take, even if the sender's time is over. */
const LOOK_TIMEOUT_MS = 10_000

/** A change that was sent. */
export interface SentChange {
  readonly newPassword: Secret
  /** Undefined for a change by a recovery link, which needs no old password. */
  readonly credentials: Credentials | undefined
  /** The person's address. */
  readonly clientAddress: string
}

export interface ConfirmTools {
  readonly panel: Panel
  readonly checkPassword: PasswordCheck
  readonly clock: Clock
}

/** `old`: the new one doesn't open the mailbox. `unknown`: Rekey couldn't find out. */
export type PasswordInForce = 'new' | 'old' | 'unknown'

/**
 * Finds out which password is in force, by checks at these times (ms from now, the first is 0). After a slow check it skips some
 * times, but never the last one, which decides.
 */
export async function confirmOutcome(
  target: Target,
  change: SentChange,
  timesMs: readonly number[],
  tools: ConfirmTools,
): Promise<PasswordInForce> {
  const { clock } = tools
  const start = clock.now()
  let inForce: PasswordInForce = 'unknown'
  for (const timeMs of timesMs) {
    const untilThen = timeMs - (clock.now() - start)
    if (untilThen < 0 && timeMs > 0 && timeMs !== timesMs.at(-1)) continue
    if (untilThen > 0) await clock.wait(untilThen)
    inForce = await checkOnce(target, change, tools)
    if (inForce === 'new') return inForce
  }
  return inForce === 'old' ? await confirmOld(target, change, tools) : inForce
}

/** Whether the new password opens the mailbox. False if Rekey can't find out. */
export async function isInForce(target: Target, change: SentChange, tools: ConfirmTools): Promise<boolean> {
  return (await checkOnce(target, change, tools)) === 'new'
}

async function checkOnce(target: Target, change: SentChange, tools: ConfirmTools): Promise<PasswordInForce> {
  const guess = { password: change.newPassword, anyForm: false }
  const result = await ask(target, guess, change, tools)
  if (result === 'right') return 'new'
  return result === 'wrong' ? 'old' : 'unknown'
}

/** The mail server may refuse the new password for other reasons, so check the old one. */
async function confirmOld(target: Target, change: SentChange, tools: ConfirmTools): Promise<PasswordInForce> {
  const { credentials } = change
  if (tools.checkPassword.refusalIsProof) return 'old'
  if (credentials?.proof !== 'mailbox') return 'unknown'
  const guess = { password: credentials.password, anyForm: true }
  return (await ask(target, guess, change, tools)) === 'right' ? 'old' : 'unknown'
}

async function ask(
  { mailbox, owner }: Target,
  { password, anyForm }: Pick<Guess, 'password' | 'anyForm'>,
  { clientAddress }: SentChange,
  { panel, checkPassword, clock }: ConfirmTools,
): Promise<CheckResult | undefined> {
  try {
    const deadline = createDeadline(LOOK_TIMEOUT_MS, clock)
    const found = Promise.resolve(owner)
    return await checkPassword.check(
      { mailbox, owner: found, password, anyForm, clientAddress, deadline },
      panel,
    )
  } catch (error) {
    if (isOutage(error)) return undefined
    throw error
  }
}
