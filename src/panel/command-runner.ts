import { type CommandRecord, callerGone, PanelFault, type PanelLoad } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { createBreaker } from './breaker.js'
import { credentialFields, isLegacy, type PanelCredentials } from './credentials.js'
import { exitCode } from './exit-codes.js'
import type { KeyGuard } from './key-guard.js'
import { createLimitReport } from './limit-report.js'
import { createPace } from './pace.js'
import type { PanelKnowledge } from './panel-knowledge.js'
import { createPanelQueue, type Place, type Request } from './queue.js'
import {
  type Asked,
  type CommandAnswer,
  type RawAnswer,
  type RefusedCall,
  readAnswer,
} from './read-answer.js'
import { type Transport, TransportFailure } from './transport.js'

/** A command to run. */
export interface Command {
  readonly name: string
  /** Sent exactly as given. The panel trims each of them. */
  readonly args: readonly string[]
  readonly asked: Asked
  /** Whether it may be sent again if the connection was reset before an answer. False for a change. */
  readonly repeatable: boolean
  readonly deadline: Deadline
}

/** Runs and records a panel command. Throws a `PanelFault` for everything but the command's own answer. */
export type RunCommand = (command: Command, record: (entry: CommandRecord) => void) => Promise<CommandAnswer>

interface Entrant extends Request {
  /** Aborted with `callerGone` when the caller hangs up. The attempt then leaves the queue, unless its change was sent. */
  readonly hungUp: AbortSignal
}

/** An attempt's place in the panel's queue; see `PanelVisit`. */
export interface PanelTurn extends Pick<Place, 'prove' | 'hasRoom' | 'takeTurn'> {
  readonly run: RunCommand
  expectedMs(commands: readonly string[]): number
  meanMs(commands: readonly string[]): number
  /** Whether the breaker isn't closed, so no change would be sent. */
  isAway(): boolean
  leave(): void
}

/** Runs commands in turn, as many in parallel as the panel profits from. */
export interface CommandRunner {
  /** For background work, after all attempts. */
  readonly run: RunCommand
  /**
   * Puts an attempt in the queue. Throws a `PanelFault` at once if the panel has no time for it, or while the breaker is open.
   */
  enter(entrant: Entrant): PanelTurn
  load(): PanelLoad
}

interface RunnerParts {
  readonly transport: Transport
  readonly credentials: PanelCredentials
  readonly keyGuard: KeyGuard
  /** How many commands may run in parallel. */
  readonly maxConcurrency: number
  /** How many may wait. */
  readonly maxQueue: number
  /** Time-out (ms) for a command. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** See `createLimitReport`. */
  readonly reportLimit?: (limit: number) => void
  /** Called with each call's result, or why it wasn't made. */
  readonly learn?: PanelKnowledge['learn']
}

export function createCommandRunner(parts: RunnerParts): CommandRunner {
  const { transport, keyGuard, clock } = parts
  const pace = createPace(parts.maxConcurrency, clock)
  const queue = createPanelQueue(pace, parts.maxQueue, clock)
  const breaker = createBreaker(clock, queue.turnAway)
  const keyFields = credentialFields(parts.credentials)
  const legacy = isLegacy(parts.credentials)
  const reportLimit = createLimitReport(pace.limit(), parts.reportLimit ?? (() => undefined), clock)

  async function send(command: Command): Promise<CommandAnswer | RefusedCall> {
    const { timeoutMs } = parts
    const fields = { ...keyFields, ...commandFields(command) }
    const post = (): Promise<RawAnswer> => {
      // A change that is sent keeps its full time. Only waiting is cut short.
      const leftMs = command.repeatable ? Math.min(timeoutMs, command.deadline.leftMs()) : timeoutMs
      if (leftMs <= 0) throw waitedTooLong()
      return transport(fields, leftMs)
    }
    const startedMs = clock.now()
    const usedBeforeMs = queue.usedMs()
    const raw = await post().catch((error: unknown) => {
      const wasReset = error instanceof TransportFailure && error.reason === 'reset'
      if (wasReset && command.repeatable) return post()
      throw error
    })
    const answer = readAnswer(command.asked, raw, legacy)
    if (answer.is === 'nonsense') throw nonsense(raw.status)
    if (isWholeWork(command, answer)) {
      const tookMs = clock.now() - startedMs
      pace.learn(command.name, tookMs, tookMs > 0 ? (queue.usedMs() - usedBeforeMs) / tookMs : 1)
      reportLimit(pace.limit())
    }
    return answer
  }

  /** Makes the call through the key guard and the breaker. */
  function call(command: Command): Promise<CommandAnswer | RefusedCall> {
    return keyGuard.pass(command, () => breaker.pass(command.repeatable, () => send(command)))
  }

  /** @param onSend called with each command that is sent */
  function runIn(
    place: Pick<Place, 'run'>,
    onSend: (command: Command) => void = () => undefined,
  ): RunCommand {
    return async function runCommand(command, record) {
      const startedMs = clock.now()
      // A change isn't sent if it may take longer than its sender waits.
      const work = { command: command.name, deadline: command.deadline, mustFit: !command.repeatable }
      const tellAndCall = (): Promise<CommandAnswer | RefusedCall> => {
        onSend(command)
        return call(command)
      }
      const runInTurn = async (): Promise<CommandAnswer | RefusedCall> => {
        breaker.admit()
        return await place.run(work, tellAndCall)
      }
      const result = await runInTurn().then(accepted, faultOf)
      record({
        command: command.name,
        result: result instanceof PanelFault ? result.reason : (result.exitCode ?? 'none'),
        startedMs,
        endedMs: clock.now(),
      })
      parts.learn?.(command, result)
      if (result instanceof PanelFault) throw result
      return result
    }
  }

  return {
    run: runIn(queue.background),
    enter(entrant) {
      breaker.admit()
      const { hungUp } = entrant
      hungUp.throwIfAborted()
      const place = queue.enter(entrant)
      const { prove, takeTurn } = place
      // While the first command is a probe, a second would be turned away.
      const hasRoom = (commands: number): boolean => breaker.state() === 'closed' && place.hasRoom(commands)
      const hangUp = (): void => place.leave(callerGone().reason)
      hungUp.addEventListener('abort', hangUp)
      const stayFor = ({ repeatable }: Command): void => {
        if (repeatable) return
        // An earlier change was sent and found nothing to change.
        hungUp.throwIfAborted()
        hungUp.removeEventListener('abort', hangUp)
      }
      const sumOf =
        (timeMs: (command: string) => number) =>
        (commands: readonly string[]): number =>
          commands.reduce((sumMs, command) => sumMs + timeMs(command), 0)
      const leave = (): void => {
        hungUp.removeEventListener('abort', hangUp)
        place.leave('not-needed')
      }
      return {
        run: runIn(place, stayFor),
        prove,
        hasRoom,
        isAway: () => breaker.state() !== 'closed',
        takeTurn,
        leave,
        expectedMs: sumOf((command) => pace.expectedMs(command, 1)),
        meanMs: sumOf(pace.meanMs),
      }
    },
    load: () => ({
      running: queue.running(),
      limit: pace.limit(),
      waiting: queue.waiting(),
      breaker: breaker.state(),
    }),
  }
}

/** A command that ended early says nothing about the time it needs. */
function isWholeWork({ args }: Command, answer: CommandAnswer | RefusedCall): boolean {
  const codes: readonly (number | undefined)[] = [exitCode.OK, exitCode.E_PASSWORD]
  return args.length > 0 && answer.is === 'ran' && codes.includes(answer.exitCode)
}

function commandFields({ name, args, asked }: Command): Record<string, string> {
  const numbered = args.map((argument, index) => [`arg${index + 1}`, argument])
  return { cmd: name, returncode: asked === 'code' ? 'yes' : 'no', ...Object.fromEntries(numbered) }
}

function accepted(answer: CommandAnswer | RefusedCall): CommandAnswer | PanelFault {
  return answer.is === 'ran' ? answer : new PanelFault('panel-misconfigured', answer.refusal)
}

/** A gateway's status means that the panel behind it is away. Any other unknown text is a fault. */
function nonsense(status: number): PanelFault {
  const away = status === 502 || status === 503 || status === 504
  return new PanelFault(away ? 'panel-unavailable' : 'panel-failed', `not-the-panel-http-${status}`, {
    mayHaveRun: true,
  })
}

function waitedTooLong(): PanelFault {
  return new PanelFault('panel-busy', 'waited-too-long')
}

function faultOf(error: unknown): PanelFault {
  if (error instanceof PanelFault) return error
  if (error instanceof TransportFailure) {
    return new PanelFault('panel-unavailable', error.reason, { mayHaveRun: error.mayHaveRun, cause: error })
  }
  throw error
}
