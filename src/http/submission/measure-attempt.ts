import type { Answer } from '../../core/answer.js'
import type { AttemptContext } from '../../core/attempt-context.js'
import type { ObservedAttempt } from '../../core/observe-attempt.js'

/** What of an attempt may be counted. */
export function measureAttempt(context: AttemptContext, answer: Answer, nowMs: number): ObservedAttempt {
  const { mode, arrivedMs, commands } = context
  return {
    code: answer.code,
    mode,
    limit: answer.code === 'too-many-attempts' ? answer.limit.name : undefined,
    durationMs: nowMs - arrivedMs,
    commands,
  }
}
