import { type BreakerState, PanelFault } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import { TransportFailure } from './transport.js'

/** How many failures in a row open the breaker. */
const FAILURES = 5

/** How long (ms) calls may wait without any answer before the breaker opens. */
const SILENCE_MS = 30_000

/** How long (ms) the breaker stays open: each time twice as long, up to the longest. */
const PAUSE_MS = { first: 1000, longest: 30_000 }

/** A circuit breaker. Spares a panel that is away, and people the wait for it. A slow panel isn't away. */
export interface Breaker {
  /** Throws a `PanelFault` (`panel-unavailable`) while the breaker is open or a probe is running. */
  admit(): void
  /**
   * Makes the call, or rejects like `admit`. After the pause, the next call is a probe: an answer to it closes the breaker. So
   * does a late answer to an earlier call.
   *
   * @param mayProbe false for a change
   */
  pass<Answer>(mayProbe: boolean, call: () => Promise<Answer>): Promise<Answer>
  /** `open` until a probe is made, even if the pause is over. */
  state(): BreakerState
}

/**
 * Opens after five failures in a row (connection refused or reset, TLS error, a gateway's 502 to 504), or after 30 s without any
 * answer. A single call that times out is only slow.
 *
 * @param turnAway called when waiting commands should stop waiting
 */
export function createBreaker(clock: Clock, turnAway: (fault: PanelFault) => void): Breaker {
  let failures = 0
  /** 0 while closed. */
  let pauseMs = 0
  let pausedUntilMs = 0
  let isProbing = false
  let underWay = 0
  /** How long calls have waited since the last answer, up to `countedMs`. */
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

  /** Call it before the number of running calls changes. */
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

/** `none`: it wasn't sent, or failed because of a bug. */
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
