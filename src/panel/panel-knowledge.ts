import { PanelFault } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { commandNames } from './command-names.js'
import { isPatternRefused, PATTERN_REFUSED } from './mailbox-patterns.js'
import type { CommandAnswer } from './read-answer.js'

interface Call {
  readonly name: string
  readonly args: readonly string[]
}

/** What calls have shown about the connection, the key and the needed commands; nothing about single mailboxes or accounts. */
export interface PanelKnowledge {
  /** Learns from a call's result. */
  learn(call: Call, result: CommandAnswer | PanelFault): void
  /** Learns from a probe what its call alone doesn't show. */
  learnProbe(name: string, fault: ReadinessFault | undefined): void
  /** The fault of the connection or the key, which affects every command; otherwise those of single commands. */
  faults(): readonly ReadinessFault[]
  hasGeneralFault(): boolean
  /** Commands with a fault, or not checked since the start or the last `recheck`. */
  unsure(): readonly string[]
  /** Marks all commands as unchecked. Their faults stay until the check. */
  recheck(): void
  /** When (ms) a command last ran. */
  lastAnswerMs(): number
  /** When (ms) the connection or the key last got a new fault. */
  lastFaultMs(): number
}

/** Faults of a single command, reported by the panel or by the key guard. */
const OF_ONE_COMMAND: readonly string[] = ['command-forbidden', 'command-untried', 'forbidden']

/** A command with one of these faults may still run for some calls. Only a probe shows that it's gone. */
const FOUND_BY_PROBE: readonly (string | undefined)[] = ['panel-failed', PATTERN_REFUSED]

/** From a probe, a fault of the connection or the key. From an attempt, it may be due to what it asks, or to a slow panel. */
const UNCLEAR: readonly string[] = ['timed-out', 'request-refused']

export function createPanelKnowledge(needed: readonly string[], clock: Clock): PanelKnowledge {
  let general: ReadinessFault | undefined
  const faults = new Map<string, string>()
  const unchecked = new Set(needed)
  let lastAnswerMs = Number.NEGATIVE_INFINITY
  let lastFaultMs = Number.NEGATIVE_INFINITY

  function setGeneral(code: string): void {
    // An open breaker is the result of another fault, which says more.
    if (general?.code === code || (general && code === 'left-alone')) return
    general = { code }
    lastFaultMs = clock.now()
  }

  function recheck(): void {
    for (const name of needed) unchecked.add(name)
  }

  function learnAnswer({ name, args }: Call, answer: CommandAnswer): void {
    general = undefined
    lastAnswerMs = clock.now()
    const tellsOfPatterns = name !== commandNames['read-mailbox'] || args.some((arg) => arg.includes('\\.'))
    if (isPatternRefused(answer) && tellsOfPatterns) faults.set(name, PATTERN_REFUSED)
    else if (!FOUND_BY_PROBE.includes(faults.get(name))) faults.delete(name)
    if (tellsOfPatterns) unchecked.delete(name)
  }

  function learnFault(name: string, { code, reason }: PanelFault): void {
    if (OF_ONE_COMMAND.includes(reason)) {
      faults.set(name, reason)
      if (reason === 'command-forbidden') general = undefined
      return
    }
    if (UNCLEAR.includes(reason) || (code !== 'panel-misconfigured' && code !== 'panel-unavailable')) return
    setGeneral(reason)
    if (code === 'panel-unavailable') return
    // The next accepted key may be another one.
    faults.clear()
    recheck()
  }

  return {
    learn(call, result) {
      if (result instanceof PanelFault) learnFault(call.name, result)
      else learnAnswer(call, result)
    },

    learnProbe(name, fault) {
      if (!fault) {
        faults.delete(name)
        unchecked.delete(name)
      } else if (UNCLEAR.includes(fault.code) || fault.code.startsWith('not-the-panel')) {
        setGeneral(fault.code)
      } else if (FOUND_BY_PROBE.includes(fault.code)) {
        faults.set(name, fault.code)
      }
    },

    faults() {
      if (general) return [general]
      return needed.flatMap((command) => {
        const code = faults.get(command)
        return code === undefined ? [] : [{ code, command }]
      })
    },

    hasGeneralFault: () => general !== undefined,
    unsure: () => needed.filter((name) => unchecked.has(name) || faults.has(name)),
    recheck,
    lastAnswerMs: () => lastAnswerMs,
    lastFaultMs: () => lastFaultMs,
  }
}
