import { answers } from '../core/answer.js'
import type { AttemptRecord } from '../core/attempt-context.js'
import type { Clock } from '../lib/clock.js'
import { networkOf } from '../lib/ip-address.js'

/** @param count of attempts that the record stands for; absent for one that stands for itself */
export type WriteAttempt = (record: AttemptRecord, count?: number) => void

/** Keeps a flood of refusals from flooding the log. */
export interface RefusalFold {
  record(record: AttemptRecord): void
  /** For a process that stops: writes what was counted, and counts no more. */
  stop(): void
}

const WINDOW_MS = 10_000

/** So many senders and reasons are remembered, that memory stays small; refusals of more are written one by one. */
const MAX_WINDOWS = 1000

/** What was refused to one sender for one reason within a window. */
interface Window {
  readonly endMs: number
  /** Refusals since the line that began it. */
  count: number
  /** What these have in common, and the rest of the last of them. */
  latest?: AttemptRecord
}

/**
 * Writes the first refusal of a sender for a reason at once, and those that follow as one for each ten seconds. Refusals are
 * folded if `answers` says so and the panel was asked nothing; everything else is written at once.
 */
export function foldRefusals(write: WriteAttempt, clock: Clock): RefusalFold {
  /** By sender and reason, in the order of their ends. */
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

  /** Whether nothing is left to tell of it. */
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

/** Of whom and why an attempt was refused; undefined if it must have a line of its own. */
function keyOf({ context, answer }: AttemptRecord): string | undefined {
  if (!answers[answer.code].folded || context.commands.length > 0) return undefined
  const limit = 'limit' in answer ? answer.limit.name : ''
  return [answer.code, limit, networkOf(context.clientAddress), context.client].join(' ')
}

/** A line that stands for several attempts names nobody whom only one of them was about. */
function inCommon(one: AttemptRecord, latest: AttemptRecord): AttemptRecord {
  const context = { ...latest.context }
  for (const name of ['proof', 'mailbox', 'account'] as const) {
    if (one.context[name] !== context[name]) delete context[name]
  }
  return { ...latest, context }
}
