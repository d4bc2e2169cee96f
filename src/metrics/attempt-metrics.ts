import { Counter, Histogram, type Registry } from 'prom-client'
import { answerCodes } from '../core/answer.js'
import type { RecordAttempt } from '../core/attempt-context.js'
import { limitNames } from '../core/attempt-limits.js'
import type { CommandRecord } from '../core/panel-port.js'
import { commandResult, ran } from './words.js'

const ATTEMPT_BUCKETS_S = [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 30, 60]
const COMMAND_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 30]

/** `none`: the submission couldn't be read, so its proof is unknown. */
const PROOFS = ['mailbox', 'account', 'recovery', 'none'] as const

/** Counts attempts and their panel commands, without any data of persons. */
export function createAttemptMetrics(registry: Registry): RecordAttempt {
  const registers = [registry]
  const attempts = new Counter({
    name: 'rekey_attempts_total',
    help: 'Attempts to change a password, by answer code and proof.',
    labelNames: ['code', 'proof'],
    registers,
  })
  const durations = new Histogram({
    name: 'rekey_attempt_duration_seconds',
    help: 'Time from the arrival of an attempt to its answer, by answer code.',
    labelNames: ['code'],
    buckets: ATTEMPT_BUCKETS_S,
    registers,
  })
  const limitsReached = new Counter({
    name: 'rekey_limits_reached_total',
    help: 'Attempts refused by a rate limit, by limit.',
    labelNames: ['limit'],
    registers,
  })
  const observeCommand = createCommandMetrics(registers)

  // To Prometheus, a counter that first appears as 1 hasn't risen: without the 0, the first unknown outcome would raise no alert.
  for (const code of answerCodes) for (const proof of PROOFS) attempts.inc({ code, proof }, 0)
  for (const limit of limitNames) limitsReached.inc({ limit }, 0)

  return function countAttempt({ context: { proof, commands }, answer, durationMs }) {
    const { code } = answer
    attempts.inc({ code, proof: proof ?? 'none' })
    durations.observe({ code }, durationMs / 1000)
    if (code === 'too-many-attempts') limitsReached.inc({ limit: answer.limit.name })
    for (const command of commands) observeCommand(command)
  }
}

function createCommandMetrics(registers: Registry[]): (record: CommandRecord) => void {
  const commands = new Counter({
    name: 'rekey_panel_commands_total',
    help: 'Panel commands of attempts, by exit code or the reason why there is none.',
    labelNames: ['command', 'result'],
    registers,
  })
  const durations = new Histogram({
    name: 'rekey_panel_command_duration_seconds',
    help: 'Duration of panel commands that the panel ran, including their wait in the queue.',
    labelNames: ['command'],
    buckets: COMMAND_BUCKETS_S,
    registers,
  })
  return function observeCommand({ command, result, startedMs, endedMs }) {
    commands.inc({ command, result: commandResult(result) })
    if (ran(result)) durations.observe({ command }, (endedMs - startedMs) / 1000)
  }
}
