import { PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import { createLastTurns, newestOfMost } from '../lib/senders.js'
import { neededMs } from './admission.js'
import { createAttemptOrder, hasBegun, type QueuedAttempt } from './attempt-order.js'
import { createKeptRoom } from './kept-room.js'
import type { Pace } from './pace.js'

/** An attempt that wants the panel's time. */
export interface Request {
  /** The person's, in the form of `parseClientAddress`. */
  readonly clientAddress: string
  /** The mailbox's: one change at a time is made in a domain. */
  readonly domain: string
  /** The commands that it takes to make the change, in order. */
  readonly plan: readonly string[]
  /** Whether it comes after all others, as what is looked up for the first time does. */
  readonly isLast: boolean
  /** Whether it is proven elsewhere: until then it takes none of the panel's time. */
  readonly isProvenElsewhere: boolean
  /** Until when its answer is waited for. */
  readonly deadline: Deadline
}

/** A command that wants its turn. */
export interface Work {
  readonly command: string
  /** Until when its answer is waited for. */
  readonly deadline: Deadline
  /** Whether it is started only if it is expected to end before the deadline: nothing is started beside it then that makes it late. */
  readonly mustFit: boolean
}

/** An attempt's place in the queue. */
export interface Place {
  /**
   * Runs the call of a command when it is its turn. Rejects with a `PanelFault` (`panel-busy`) before it is run: if the
   * deadline passes, if it must fit and does not, if the queue is full (unless its attempt has begun or was proven), or if the
   * place was left.
   */
  run<Answer>(work: Work, call: () => Promise<Answer>): Promise<Answer>
  /**
   * Waits for the attempt's turn without a command, unless it had one; rejects as `run` does.
   *
   * @returns when that was (ms, by the clock)
   */
  takeTurn(): Promise<number>
  /** The attempt was proven: its commands go before those of attempts that were not. */
  prove(): void
  /** Whether so many commands would start at once. */
  hasRoom(commands: number): boolean
  /** Gives the place up: commands that were not sent are not sent any more, for this reason. */
  leave(reason: string): void
}

/** Whose turn it is at the panel: the unit is the attempt, not the command. */
export interface PanelQueue {
  /**
   * Takes an attempt in, or throws a `PanelFault` (`panel-busy`) at once, with the time after which it may fit, if it
   * can't be carried out before its deadline.
   */
  enter(request: Request): Place
  /** The place of what nobody waits for; always the last. */
  readonly background: Pick<Place, 'run'>
  /** Commands that wait for their turn wait no longer: they reject with the fault. */
  turnAway(fault: PanelFault): void
  running(): number
  waiting(): number
  /** How many commands ran, summed over time (ms): by its growth the mean of a while is known. */
  usedMs(): number
}

/** A command that waits for its turn, or has it. */
interface Entry extends Work {
  readonly attempt: QueuedAttempt | undefined
  start(): void
  drop(fault: PanelFault): void
}

/** A turn that is taken without a command. */
const NO_COMMAND = ''

/** For how long (ms) it is remembered when a sender had a turn. */
const TURN_MEMORY_MS = 15 * 60_000

/**
 * Attempts have their turns in the order of `createAttemptOrder`; a sender is an IPv4 address, or an IPv6 network of 64 bits.
 *
 * @param maxWaiting how many commands may wait; those of attempts that have begun, or were proven, do so even if there are more
 */
export function createPanelQueue(pace: Pace, maxWaiting: number, clock: Clock): PanelQueue {
  const attempts = new Set<QueuedAttempt>()
  const waiting = new Set<Entry>()
  /** Since when (ms) each runs. */
  const running = new Map<Entry, number>()
  const lastTurns = createLastTurns(TURN_MEMORY_MS, () => clock.now())
  const order = createAttemptOrder(attempts, lastTurns)
  const room = createKeptRoom<QueuedAttempt>(clock, startWaiting)
  let arrivals = 0
  let usedMs = 0
  let countedMs = clock.now()

  /** To be called before as many more, or fewer, run. */
  function count(): void {
    usedMs += running.size * (clock.now() - countedMs)
    countedMs = clock.now()
  }

  function beginTurn(attempt: QueuedAttempt): void {
    room.release(attempt)
    if (hasBegun(attempt)) return
    attempt.turnMs = clock.now()
    lastTurns.give(attempt.sender)
  }

  /** How much time (ms) a command will have to spare if so many run at once. */
  function spareMs({ command, deadline, mustFit }: Entry, beside: number): number {
    return deadline.leftMs() - (mustFit ? pace.expectedMs(command, beside) : 0)
  }

  function mayStart(entry: Entry): boolean {
    const beside = running.size + 1
    const kept = entry.attempt?.isProven ? 0 : room.forOthers(entry.attempt)
    if (beside + kept > pace.limit() || spareMs(entry, beside) < 0) return false
    // Nothing is made late, but what is late already.
    return [...running].every(
      ([other, startedMs]) =>
        !other.mustFit ||
        other.deadline.leftMs() < 0 ||
        spareMs(other, beside) + clock.now() - startedMs >= 0,
    )
  }

  function startWaiting(): void {
    for (const entry of waiting) {
      if (spareMs(entry, 1) > 0) continue
      waiting.delete(entry)
      entry.drop(busy('waited-too-long'))
    }
    for (let entry = order.first(waiting); entry && mayStart(entry); entry = order.first(waiting)) {
      waiting.delete(entry)
      count()
      running.set(entry, clock.now())
      if (entry.attempt) beginTurn(entry.attempt)
      entry.start()
    }
  }

  /** There are too many: of those that may be refused, the newest of the sender with the most waits no longer. */
  function refuseOne(): void {
    const entry = newestOfMost([...waiting].filter(mayBeRefused), ({ attempt }) => attempt?.sender)
    if (!entry) return
    waiting.delete(entry)
    entry.drop(busy('queue-full'))
  }

  async function run<Answer>(
    attempt: QueuedAttempt | undefined,
    work: Work,
    call: () => Promise<Answer>,
  ): Promise<Answer> {
    if (attempt?.left !== undefined) throw busy(attempt.left)
    const entry: Entry = { ...work, attempt, start: () => undefined, drop: () => undefined }
    const turn = new Promise<void>((start, reject) => {
      Object.assign(entry, { start, drop: reject })
    })
    waiting.add(entry)
    try {
      startWaiting()
      if (waiting.has(entry) && mayBeRefused(entry) && waiting.size > maxWaiting) refuseOne()
      await inTime(turn, spareMs(entry, 1), () => busy('waited-too-long'))
      if (attempt) attempt.plan = without(attempt.plan, work.command)
      return await call()
    } finally {
      waiting.delete(entry)
      count()
      const hasRun = running.delete(entry) && work.command !== NO_COMMAND
      const next = hasRun && attempt && nextAfter(attempt)
      if (next) room.keep(next)
      startWaiting()
    }
  }

  /** The attempt whose next command is about to come: this one, or else the next one that may change a mailbox of its domain. */
  function nextAfter(attempt: QueuedAttempt): QueuedAttempt | undefined {
    if (attempt.left === undefined && attempt.plan.length > 0) return attempt
    return [...attempts].find(
      ({ domain, isProven, plan }) => domain === attempt.domain && isProven && plan.length > 0,
    )
  }

  function runningNow() {
    return [...running].map(([{ command }, startedMs]) => ({ command, ranMs: clock.now() - startedMs }))
  }

  return {
    enter({ clientAddress, domain, plan, isLast, isProvenElsewhere, deadline }) {
      arrivals += 1
      const attempt: QueuedAttempt = {
        number: arrivals,
        sender: networkOf(clientAddress),
        domain,
        plan: [...plan],
        isLast,
        isProvenElsewhere,
        isProven: false,
      }
      const missingMs =
        neededMs(attempt, { attempts, running: runningNow(), lastTurns, pace }) - deadline.leftMs()
      // If nobody waits it is tried: the panel may be faster than it was.
      if (missingMs > 0 && attempts.size > 0) throw busy('no-time', missingMs)
      attempts.add(attempt)
      return {
        run: (work, call) => run(attempt, work, call),
        async takeTurn() {
          const nothing = { command: NO_COMMAND, deadline, mustFit: false }
          if (!hasBegun(attempt)) await run(attempt, nothing, async () => undefined)
          return attempt.turnMs ?? clock.now()
        },
        prove() {
          attempt.isProven = true
          startWaiting()
        },
        hasRoom: (commands) =>
          waiting.size === 0 && running.size + commands <= pace.limit() && !order.mustWaitForOwn(attempt),
        leave(reason) {
          attempts.delete(attempt)
          room.release(attempt)
          attempt.left ??= reason
          for (const entry of waiting) {
            if (entry.attempt !== attempt) continue
            waiting.delete(entry)
            entry.drop(busy(reason))
          }
          startWaiting()
        },
      }
    },
    background: { run: (work, call) => run(undefined, work, call) },
    turnAway(fault) {
      for (const entry of waiting) entry.drop(fault)
      waiting.clear()
    },
    running: () => running.size,
    waiting: () => waiting.size,
    usedMs() {
      count()
      return usedMs
    },
  }
}

/** What was begun, or proven, is worth more than the next guess. */
function mayBeRefused({ attempt }: Entry): boolean {
  return !attempt || !(attempt.isProven || hasBegun(attempt))
}

function busy(reason: string, retryAfterMs?: number): PanelFault {
  return new PanelFault('panel-busy', reason, { retryAfterMs })
}

function without(plan: readonly string[], command: string): string[] {
  const index = plan.indexOf(command)
  return plan.filter((_, at) => at !== index)
}
