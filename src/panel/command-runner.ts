import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import { type CommandRecord, PanelFault, type PanelLoad } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTurn } from '../lib/in-turn.js'
import { createBreaker } from './breaker.js'
import { credentialFields, isLegacy, type PanelCredentials } from './credentials.js'
import type { KeyGuard } from './key-guard.js'
import {
  type Asked,
  type CommandAnswer,
  type RawAnswer,
  type RefusedCall,
  readAnswer,
} from './read-answer.js'
import { type Transport, TransportFailure } from './transport.js'

/** One command to run. */
export interface Command {
  readonly name: string
  /** Sent exactly as given; the panel trims each of them. */
  readonly args: readonly string[]
  readonly asked: Asked
  /** Whether it may be sent once more if the connection was reset before an answer: never so for a change. */
  readonly repeatable: boolean
  /** Until when its answer is waited for. */
  readonly deadline: Deadline
}

/** Runs a command of the panel and records it. Throws a `PanelFault` for all that is not the command's own answer. */
export type RunCommand = (command: Command, record: (entry: CommandRecord) => void) => Promise<CommandAnswer>

/** Runs commands, so many at once, and tells how many. */
export interface CommandRunner {
  readonly run: RunCommand
  load(): PanelLoad
}

/** How long a probe may take that tells whether a panel that was down is back. */
const PROBE_TIMEOUT_MS = 5000

interface RunnerParts {
  readonly transport: Transport
  readonly credentials: PanelCredentials
  readonly keyGuard: KeyGuard
  /** How many commands may run at once. */
  readonly maxConcurrency: number
  /** How many may wait for their turn. */
  readonly maxQueue: number
  /** How long one command may take. */
  readonly timeoutMs: number
  readonly clock: Clock
}

export function createCommandRunner(parts: RunnerParts): CommandRunner {
  const { transport, keyGuard, clock } = parts
  const turns = bulkhead(parts.maxConcurrency, parts.maxQueue)
  const breaker = createBreaker()
  const keyFields = credentialFields(parts.credentials)
  const legacy = isLegacy(parts.credentials)

  async function send(command: Command, timeoutMs: number): Promise<CommandAnswer | RefusedCall> {
    const fields = { ...keyFields, ...commandFields(command) }
    const post = (): Promise<RawAnswer> => {
      const leftMs = Math.min(timeoutMs, command.deadline.leftMs())
      if (leftMs <= 0) throw waitedTooLong()
      return transport(fields, leftMs)
    }
    const raw = await post().catch((error: unknown) => {
      const wasReset = error instanceof TransportFailure && error.reason === 'reset'
      if (wasReset && command.repeatable) return post()
      throw error
    })
    const answer = readAnswer(command.asked, raw, legacy)
    if (answer.is === 'nonsense') throw nonsense(raw.status)
    return answer
  }

  /** Past the breaker and the key guard. What undici, or a reader, failed with has become a `PanelFault` by then. */
  function call(command: Command): Promise<CommandAnswer | RefusedCall> {
    return breaker.pass(command.repeatable, (isProbe) => {
      const timeoutMs = isProbe ? Math.min(PROBE_TIMEOUT_MS, parts.timeoutMs) : parts.timeoutMs
      return keyGuard.pass(command, () => send(command, timeoutMs)).catch(throwFault)
    })
  }

  const runCommand: RunCommand = async (command, record) => {
    const startedMs = clock.now()
    const result = await inTurn(
      (work) => turns.execute(work),
      command.deadline.leftMs(),
      waitedTooLong,
      () => call(command),
    ).then(accepted, faultOf)
    record({
      command: command.name,
      result: result instanceof PanelFault ? result.reason : (result.exitCode ?? 'none'),
      startedMs,
      endedMs: clock.now(),
    })
    if (result instanceof PanelFault) throw result
    return result
  }

  return {
    run: runCommand,
    load: () => ({
      running: parts.maxConcurrency - turns.executionSlots,
      waiting: parts.maxQueue - turns.queueSlots,
      breaker: breaker.state(),
    }),
  }
}

function commandFields({ name, args, asked }: Command): Record<string, string> {
  const numbered = args.map((argument, index) => [`arg${index + 1}`, argument])
  return { cmd: name, returncode: asked === 'code' ? 'yes' : 'no', ...Object.fromEntries(numbered) }
}

function accepted(answer: CommandAnswer | RefusedCall): CommandAnswer | PanelFault {
  return answer.is === 'ran' ? answer : new PanelFault('panel-misconfigured', answer.refusal)
}

/** A gateway's own statuses say that the panel behind it is away; any other text that is no answer is a fault. */
function nonsense(status: number): PanelFault {
  const away = status === 502 || status === 503 || status === 504
  return new PanelFault(away ? 'panel-unavailable' : 'panel-failed', `not-the-panel-http-${status}`, {
    mayHaveRun: true,
  })
}

function waitedTooLong(): PanelFault {
  return new PanelFault('panel-busy', 'waited-too-long')
}

function throwFault(error: unknown): never {
  throw faultOf(error)
}

function faultOf(error: unknown): PanelFault {
  if (error instanceof PanelFault) return error
  if (error instanceof BulkheadRejectedError) return new PanelFault('panel-busy', 'queue-full')
  if (error instanceof TransportFailure) {
    return new PanelFault('panel-unavailable', error.reason, { mayHaveRun: error.mayHaveRun, cause: error })
  }
  throw error
}
