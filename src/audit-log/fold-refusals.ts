import { answers } from '../core/answer.js'
import type { AttemptRecord } from '../core/attempt-context.js'
import type { Clock } from '../lib/clock.js'
import { networkOf } from '../lib/ip-address.js'

/** @param count how many attempts the record stands for; undefined for a single attempt */
export type WriteAttempt = (record: AttemptRecord, count?: number) => void

/** Combines similar refusals, so that a flood of refusals doesn't flood the log. */
export interface RefusalFold {
  record(record: AttemptRecord): void
  /** For a process that stops: writes the counted refusals, and combines no more. */
  stop(): void
}

const WINDOW_MS = 10_000

/** The maximum number of windows, which bounds memory. Further refusals are written one by one. */
const MAX_WINDOWS = 1000

/** The refusals of one sender for one reason within a time window. */
interface Window {
  readonly endMs: number
  /** Refusals since the line that opened the window. */
  count: number
  /** The last refusal, with only those names that all of them share. */
  latest?: AttemptRecord
}

/**
 * Writes a sender's first refusal for a reason at once, and combines the next ones into one line every ten seconds. Refusals are
 * combined if `answers` says so and no panel command was run. Everything else is written at once.
 */
export function foldRefusals(write: WriteAttempt, clock: Clock): RefusalFold {
  /** By sender and reason, sorted by end. */
  const windows = new Map<string, Window>()
  let isStopped = false

  function record(attempt: AttemptRecord): void {
    const key = keyOf(attempt)
    if (isStopped || key === undefined) write(attempt)
    else fold(key, attempt)
  }

  function fold(key: string, attempt: AttemptRecord): void {
    const window = windows.get(key)
    if (!window || isOver(window)) {
      write(attempt)
      open(key)
      return
    }
    window.latest = window.latest ? inCommon(window.latest, attempt) : attempt
    window.count += 1
    if (window.count === 1) void tellAtEnd(key, window)
  }

  function open(key: string): void {
    windows.delete(key)
    for (const [other, window] of windows) {
      if (!isOver(window)) break
      windows.delete(other)
    }
    if (windows.size < MAX_WINDOWS) windows.set(key, { endMs: clock.now() + WINDOW_MS, count: 0 })
  }

  /** Whether the window has ended and all its refusals are written. */
  function isOver({ endMs, count }: Window): boolean {
    return count === 0 && endMs <= clock.now()
  }

  async function tellAtEnd(key: string, window: Window): Promise<void> {
    await clock.wait(window.endMs - clock.now())
    if (isStopped) return
    tell(window)
    open(key)
  }

  function tell({ latest, count }: Window): void {
    if (latest) write(latest, count)
  }

  function stop(): void {
    isStopped = true
    for (const window of windows.values()) tell(window)
    windows.clear()
  }

  return { record, stop }
}

/** The sender and the reason of a refusal; undefined if the attempt must have its own line. */
function keyOf({ context, answer }: AttemptRecord): string | undefined {
  if (!answers[answer.code].folded || context.commands.length > 0) return undefined
  const limit = 'limit' in answer ? answer.limit.name : ''
  return [answer.code, limit, networkOf(context.clientAddress), context.client].join(' ')
}

/** Removes names that the attempts don't share: a line for several attempts must not name a mailbox of only one. */
function inCommon(one: AttemptRecord, latest: AttemptRecord): AttemptRecord {
  const context = { ...latest.context }
  for (const name of ['proof', 'mailbox', 'account'] as const) {
    if (one.context[name] !== context[name]) delete context[name]
  }
  return { ...latest, context }
}
