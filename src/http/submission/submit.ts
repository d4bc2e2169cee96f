import { type Answer, Refused } from '../../core/answer.js'
import type { AttemptContext } from '../../core/attempt-context.js'
import type { PasswordChange } from '../../core/change-password.js'
import type { Clock } from '../../lib/clock.js'
import { createDeadline } from '../../lib/deadline.js'
import type { LimitAttempt } from '../../limits/attempt-limits.js'
import type { ParsedSubmission } from './parse-submission.js'

/** Carries out a submission, if it could be read, and gives the answer when it may be given. */
export type Submit = (parsed: ParsedSubmission, context: AttemptContext) => Promise<Answer>

interface SubmitParts {
  readonly limitAttempt: LimitAttempt
  readonly change: PasswordChange
  readonly clock: Clock
  /** No refusal of credentials leaves sooner than this after the request's arrival. */
  readonly refusalDelayMs: number
  /** How long waiting, checking and changing may take together, from when the submission had been read. */
  readonly requestTimeoutMs: number
}

export function createSubmit(parts: SubmitParts): Submit {
  const { limitAttempt, change, clock, refusalDelayMs } = parts

  return async function submit(parsed, context) {
    if (!parsed.ok) return { code: 'invalid-request', faults: parsed.faults }
    const readMs = clock.now()
    const { mailbox, credentials } = parsed.value
    context.mode = credentials.mode
    context.mailbox = mailbox.address
    if (credentials.mode === 'account') context.account = credentials.username

    const deadline = createDeadline(parts.requestTimeoutMs, clock)
    const attempt = { ...parsed.value, clientAddress: context.clientAddress, deadline }
    const { commands } = context
    try {
      const outcome = await limitAttempt(attempt, () => change(attempt, (entry) => commands.push(entry)))
      // The count has ended: an attempt that waits for its refusal to leave is no longer under way.
      if (outcome.code === 'invalid-credentials') await holdBack(readMs)
      return outcome
    } catch (error) {
      if (error instanceof Refused) return error.answer
      throw error
    }
  }

  /**
   * An unknown mailbox takes the panel fewer commands than a wrong password. Refusals leave at whole multiples of
   * the delay, so that how long the panel took does not show even where it took longer than the delay. They are
   * counted from when the submission had been read: its sender can't choose where they fall.
   */
  async function holdBack(readMs: number): Promise<void> {
    if (refusalDelayMs === 0) return
    const steps = Math.ceil((clock.now() - readMs) / refusalDelayMs)
    const leaveMs = readMs + Math.max(1, steps) * refusalDelayMs
    // Timers may fire a little early.
    while (clock.now() < leaveMs) await clock.wait(leaveMs - clock.now())
  }
}
