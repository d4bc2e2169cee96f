import type { CheckReadiness } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { RunCommand } from './command-runner.js'
import type { KeyGuard } from './key-guard.js'
import type { PanelKnowledge } from './panel-knowledge.js'
import { probe } from './probe.js'

/** How long (ms) the panel is asked nothing after it answered, or after a check that found a fault. */
const INTERVAL_MS = 5 * 60_000

/** How often (ms) all needed commands are checked. */
const FULL_CHECK_MS = 24 * 60 * 60_000

/** Knows whether the panel can be reached, takes the key and lets it run every needed command. */
export interface PanelWatch {
  /** Answers at once from what is known, `not-checked-yet` until the first check has ended. */
  readonly checkReadiness: CheckReadiness
  /** Checks all that is needed, and goes on watching. Resolves when it has checked for the first time. To be called once. */
  start(): Promise<void>
  stop(): void
}

interface WatchParts {
  /** For what nobody waits for. */
  readonly run: RunCommand
  readonly keyGuard: KeyGuard
  /** Learns from all calls, those of attempts too. */
  readonly knowledge: PanelKnowledge
  readonly needed: readonly string[]
  /** For each command, waiting for its turn included. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Spares the panel: where attempts are answered it asks nothing. A quiet service asks one command every five minutes. All
 * needed ones are asked at the start and once a day; after a fault, those in doubt every five minutes.
 */
export function createPanelWatch({
  run,
  keyGuard,
  knowledge,
  needed,
  timeoutMs,
  clock,
}: WatchParts): PanelWatch {
  let hasChecked = false
  let isStopped = false
  let checkedMs = 0
  let fullCheckMs = 0

  /** Asks for what is in doubt, or whether the panel answers at all. A fault that every command would meet ends it. */
  async function check(): Promise<void> {
    const unsure = knowledge.unsure()
    // It has no arguments, so it costs no more than the call itself.
    const [cheapest = ''] = needed
    const names = unsure.length === 0 || knowledge.hasGeneralFault() ? new Set([cheapest, ...unsure]) : unsure
    let wasAsked = true
    for (const name of names) {
      const fault = await probe(run, name, createDeadline(timeoutMs, clock))
      if (isStopped) return
      knowledge.learnProbe(name, fault)
      wasAsked = fault === undefined || knowledge.faults().some(({ code }) => code === fault.code)
      if (!wasAsked || knowledge.hasGeneralFault()) break
    }
    // A command that had to wait for attempts for too long was not asked.
    hasChecked ||= wasAsked
    checkedMs = clock.now()
  }

  function nextCheckMs(): number {
    const isInDoubt = knowledge.hasGeneralFault() || knowledge.unsure().length > 0
    const sinceMs = isInDoubt ? knowledge.lastFaultMs() : knowledge.lastAnswerMs()
    return Math.min(Math.max(checkedMs, sinceMs) + INTERVAL_MS, fullCheckMs + FULL_CHECK_MS)
  }

  async function goOn(): Promise<void> {
    while (!isStopped) {
      await clock.waitInBackground(nextCheckMs() - clock.now())
      if (isStopped || clock.now() < nextCheckMs()) continue
      if (clock.now() >= fullCheckMs + FULL_CHECK_MS) {
        fullCheckMs = clock.now()
        knowledge.recheck()
      }
      await check()
    }
  }

  return {
    async checkReadiness() {
      // Another instance may have been refused.
      if (await keyGuard.isCoolingDown()) return [{ code: 'key-refused' }]
      const faults = knowledge.faults()
      const isUnknown = !hasChecked && faults.length === 0 && knowledge.unsure().length > 0
      return isUnknown ? [{ code: 'not-checked-yet' }] : faults
    },

    async start() {
      fullCheckMs = clock.now()
      await check()
      void goOn()
    },

    stop() {
      isStopped = true
    },
  }
}
