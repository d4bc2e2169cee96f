import { type BreakerState, PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { TransportFailure } from './transport.js'

/** After so many calls in a row that show that the panel is away, it is left alone. */
const FAILURES = 5

/** It is also left alone after this time (ms) in which calls waited and none was answered. */
const SILENCE_MS = 30_000

/** For how long (ms) it is left alone: the first time, and at most; each time twice as long as the last. */
const PAUSE_MS = { first: 1000, longest: 30_000 }

/** Spares a panel that is away, and spares people the wait for it. A slow panel is not away. */
export interface Breaker {
  /** Throws a `PanelFault` (`panel-unavailable`) while the panel is left alone, and while a probe is under way. */
  admit(): void
  /**
   * Makes the call, or rejects at once as `admit` throws. While the panel is away, the first call after the pause is a
   * probe: its answer ends the outage. A late answer to an earlier call does too.
   *
   * @param mayProbe false for a change: it is never the call that tests whether the panel answers
   */
  pass<Answer>(mayProbe: boolean, call: () => Promise<Answer>): Promise<Answer>
  /** `open` until a probe is made, also when its time has come. */
  state(): BreakerState
}

/**
 * Away means: a connection that is refused or breaks, a TLS fault, a gateway's 502 to 504, five times in a row; or no
 * answer to any call for 30 s. One call that times out is only slow.
 *
 * @param turnAway is called when nothing that waits for its turn should wait any longer
 */
export function createBreaker(clock: Clock, turnAway: (fault: PanelFault) => void): Breaker {
  let failures = 0
  /** 0 while the breaker is closed. */
  let pauseMs = 0
  let pausedUntilMs = 0
  let isProbing = false
  let underWay = 0
  /** For how long calls have waited since the last answer, as of `countedMs`. */
  let silentMs = 0
  let countedMs = clock.now()
  let silence: NodeJS.Timeout | undefined

  function open(): void {
    pauseMs = pauseMs === 0 ? PAUSE_MS.first : Math.min(PAUSE_MS.longest, 2 * pauseMs)
    pausedUntilMs = clock.now() + pauseMs
    turnAway(leftAlone())
  }

  function close(): void {
    failures = 0
    silentMs = 0
    pauseMs = 0
  }

  /** To be called before more calls, or fewer, are under way. */
  function countSilence(): void {
    const passedMs = clock.now() - countedMs
    countedMs += passedMs
    if (underWay > 0) silentMs += passedMs
    else if (passedMs > SILENCE_MS) silentMs = 0
  }

  function awaitSilence(): void {
    clearTimeout(silence)
    if (underWay > 0 && pauseMs === 0) silence = setTimeout(open, SILENCE_MS - silentMs)
  }

  function begin(): void {
    countSilence()
    underWay += 1
    awaitSilence()
  }

  function end(sign: Sign, wasProbe: boolean): void {
    countSilence()
    underWay -= 1
    if (wasProbe) isProbing = false
    if (sign === 'answered') close()
    else if (wasProbe && sign !== 'none') open()
    else if (pauseMs === 0 && sign === 'away' && ++failures >= FAILURES) open()
    awaitSilence()
  }

  function admit(): void {
    if (isProbing || (pauseMs > 0 && clock.now() < pausedUntilMs)) throw leftAlone()
  }

  return {
    admit,

    async pass(mayProbe, call) {
      admit()
      const isProbe = pauseMs > 0
      if (isProbe && !mayProbe) throw leftAlone()
      if (isProbe) {
        isProbing = true
        turnAway(leftAlone())
      }
      begin()
      let sign: Sign = 'answered'
      try {
        return await call()
      } catch (error) {
        sign = signOf(error)
        throw error
      } finally {
        end(sign, isProbe)
      }
    },

    state() {
      if (pauseMs === 0) return 'closed'
      return isProbing ? 'half-open' : 'open'
    },
  }
}

/** What the end of a call tells: `none` if it was not sent, or failed by a bug. */
type Sign = 'answered' | 'away' | 'silent' | 'none'

function signOf(error: unknown): Sign {
  if (error instanceof TransportFailure) return error.isLate ? 'silent' : 'away'
  if (!(error instanceof PanelFault)) return 'none'
  if (error.code === 'panel-unavailable') return 'away'
  return error.code === 'panel-failed' ? 'answered' : 'none'
}

function leftAlone(): PanelFault {
  return new PanelFault('panel-unavailable', 'left-alone')
}
