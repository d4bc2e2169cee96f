import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import type { Clock } from '../core/clock.js'
import { type CommandRecord, PanelFault } from '../core/panel-port.js'
import { credentialFields, isLegacy, type PanelCredentials } from './credentials.js'
import type { KeyGuard } from './key-guard.js'
import { type Asked, type CommandAnswer, type RefusedCall, readAnswer } from './read-answer.js'
import { type Transport, TransportFailure } from './transport.js'

/** One command to run. */
export interface Command {
  readonly name: string
  /** Sent exactly as given; the panel trims each of them. */
  readonly args: readonly string[]
  readonly asked: Asked
  /** Whether it may be sent once more if the connection was reset before an answer: never so for a change. */
  readonly repeatable: boolean
}

/** Runs a command of the panel and records it. Throws a `PanelFault` for all that is not the command's own answer. */
export type RunCommand = (command: Command, record: (entry: CommandRecord) => void) => Promise<CommandAnswer>

/** Commands that may wait for their turn; at some 0.3 s each (hazard 9), the last one waits for about 5 s. */
const MAX_WAITING = 128

/** Whoever has waited so long for his turn is told that the panel is busy: a panel that hangs must not hang us. */
const MAX_WAIT_MS = 10_000

interface RunnerParts {
  readonly transport: Transport
  readonly credentials: PanelCredentials
  readonly keyGuard: KeyGuard
  /** How many commands may run at once. */
  readonly maxConcurrency: number
  readonly clock: Clock
}

export function createCommandRunner(parts: RunnerParts): RunCommand {
  const { transport, keyGuard, clock } = parts
  const turns = bulkhead(parts.maxConcurrency, MAX_WAITING)
  const keyFields = credentialFields(parts.credentials)
  const legacy = isLegacy(parts.credentials)

  async function send(command: Command): Promise<CommandAnswer | RefusedCall> {
    const fields = { ...keyFields, ...commandFields(command) }
    const raw = await transport(fields).catch((error: unknown) => {
      const wasReset = error instanceof TransportFailure && error.reason === 'reset'
      if (wasReset && command.repeatable) return transport(fields)
      throw error
    })
    const answer = readAnswer(command.asked, raw, legacy)
    if (answer.is === 'nonsense') throw nonsense(raw.status)
    return answer
  }

  return async function runCommand(command, record) {
    const startedMs = clock.now()
    const sendInTime = async (): Promise<CommandAnswer | RefusedCall> => {
      if (clock.now() - startedMs > MAX_WAIT_MS) throw new PanelFault('panel-busy', 'waited-too-long')
      return send(command)
    }
    const result = await turns.execute(() => keyGuard.pass(sendInTime)).then(accepted, faultOf)
    record({
      command: command.name,
      result: result instanceof PanelFault ? result.reason : (result.exitCode ?? 'none'),
      startedMs,
      endedMs: clock.now(),
    })
    if (result instanceof PanelFault) throw result
    return result
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

function faultOf(error: unknown): PanelFault {
  if (error instanceof PanelFault) return error
  if (error instanceof BulkheadRejectedError) return new PanelFault('panel-busy', 'queue-full')
  if (error instanceof TransportFailure) {
    return new PanelFault('panel-unavailable', error.reason, { mayHaveRun: error.mayHaveRun, cause: error })
  }
  throw error
}
