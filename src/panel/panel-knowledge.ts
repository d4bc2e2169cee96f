import { PanelFault } from '../core/panel-port.js'
import type { ReadinessFault } from '../core/readiness.js'
import type { Clock } from '../lib/clock.js'
import { commandNames } from './command-names.js'
import { isPatternRefused, PATTERN_REFUSED } from './mailbox-patterns.js'
import type { CommandAnswer } from './read-answer.js'

/** A call of a panel command. */
interface Call {
  readonly name: string
  readonly args: readonly string[]
}

/** What calls have told of the connection, the key and the needed commands; nothing of single mailboxes or accounts. */
export interface PanelKnowledge {
  /** Takes note of how a call ended. */
  learn(call: Call, result: CommandAnswer | PanelFault): void
  /** Takes note of what a probe found, beyond what its call has told. */
  learnProbe(name: string, fault: ReadinessFault | undefined): void
  /** What is wrong with the connection or the key, and so with every command; otherwise with single commands. */
  faults(): readonly ReadinessFault[]
  hasGeneralFault(): boolean
  /** The commands that have a fault, or were not checked since the start or since `recheck`. */
  unsure(): readonly string[]
  /** All commands are to be checked again; their faults stay until then. */
  recheck(): void
  /** When (ms) a command last ran. */
  lastAnswerMs(): number
  /** When (ms) the connection or the key was last found to have another fault than before. */
  lastFaultMs(): number
}

/** What the panel, or our own guard, says of one command. */
const OF_ONE_COMMAND: readonly string[] = ['command-forbidden', 'command-untried', 'forbidden']

/** A command may run for some and have one of these faults still: only a probe tells that it has gone. */
const FOUND_BY_PROBE: readonly (string | undefined)[] = ['panel-failed', PATTERN_REFUSED]

/** A fault of connection or key if a probe meets it. An attempt may meet it because of what it asks, or of a slow panel. */
const UNCLEAR: readonly string[] = ['timed-out', 'request-refused']

export function createPanelKnowledge(needed: readonly string[], clock: Clock): PanelKnowledge {
  let general: ReadinessFault | undefined
  const faults = new Map<string, string>()
  const unchecked = new Set(needed)
  let lastAnswerMs = Number.NEGATIVE_INFINITY
  let lastFaultMs = Number.NEGATIVE_INFINITY

  function setGeneral(code: string): void {
    // That the panel is left alone is the effect of a fault that says more.
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
    // The key that is taken next may be another.
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
