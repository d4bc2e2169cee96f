import type { CheckReadiness } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline } from '../lib/deadline.js'
import type { RunCommand } from './command-runner.js'
import type { KeyGuard } from './key-guard.js'
import type { PanelKnowledge } from './panel-knowledge.js'
import { probe } from './probe.js'

/** How long (ms) to leave the panel alone after an answer, or after a check that found a fault. */
const INTERVAL_MS = 5 * 60_000

/** How often (ms) all needed commands are checked. */
const FULL_CHECK_MS = 24 * 60 * 60_000

/** Whether the panel can be reached, accepts the key and lets it run every needed command. */
export interface PanelWatch {
  /** Answers at once from what is known; `not-checked-yet` until the first check has finished. */
  readonly checkReadiness: CheckReadiness
  /** Checks everything, then keeps watching. Resolves after the first check. Call it once. */
  start(): Promise<void>
  stop(): void
}

interface WatchParts {
  /** For background work. */
  readonly run: RunCommand
  readonly keyGuard: KeyGuard
  /** Learns from all calls, also those of attempts. */
  readonly knowledge: PanelKnowledge
  readonly needed: readonly string[]
  /** For each command, including the wait for its turn. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Sends few commands: none while attempts are answered, otherwise one every five minutes. Checks all needed commands at the start
 * and once a day; after a fault, doubtful ones every five minutes.
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

  /** Checks doubtful commands, or whether the panel answers at all. Stops at a fault that affects every command. */
  async function check(): Promise<void> {
    const unsure = knowledge.unsure()
    // Sent without arguments, so it costs no more than a call must.
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
    // A command that waited too long behind attempts wasn't sent.
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
      // The refusal may have been another instance's.
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
