import { Counter, Histogram, type Registry } from 'prom-client'
import { answerCodes } from '../core/answer.js'
import type { RecordAttempt } from '../core/attempt-context.js'
import { limitNames } from '../core/attempt-limits.js'
import type { CommandRecord } from '../core/panel-port.js'
import { commandResult, ran } from './words.js'

const ATTEMPT_BUCKETS_S = [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 30, 60]
const COMMAND_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 30]

/** `none`: the submission was not read, so that nobody knows. */
const PROOFS = ['mailbox', 'account', 'recovery', 'none'] as const

/** Counts attempts and their commands of the panel: nothing of who made them, nor of what they typed. */
export function createAttemptMetrics(registry: Registry): RecordAttempt {
  const registers = [registry]
  const attempts = new Counter({
    name: 'rekey_attempts_total',
    help: 'Attempts to change a password, by the code of the answer and the way of proof.',
    labelNames: ['code', 'proof'],
    registers,
  })
  const durations = new Histogram({
    name: 'rekey_attempt_duration_seconds',
    help: 'Time from the arrival of an attempt to its answer, by the code of the answer.',
    labelNames: ['code'],
    buckets: ATTEMPT_BUCKETS_S,
    registers,
  })
  const limitsReached = new Counter({
    name: 'rekey_limits_reached_total',
    help: 'Attempts that were turned away, by the limit that they had reached.',
    labelNames: ['limit'],
    registers,
  })
  const observeCommand = createCommandMetrics(registers)

  // A counter that first appears with a 1 has not risen, for Prometheus: the first unknown outcome would raise no alert.
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
    help: 'Commands of the panel that attempts asked for, by exit code, or by why there is none.',
    labelNames: ['command', 'result'],
    registers,
  })
  const durations = new Histogram({
    name: 'rekey_panel_command_duration_seconds',
    help: 'Time that commands of the panel took which it ran, waiting for their turn included.',
    labelNames: ['command'],
    buckets: COMMAND_BUCKETS_S,
    registers,
  })
  return function observeCommand({ command, result, startedMs, endedMs }) {
    commands.inc({ command, result: commandResult(result) })
    if (ran(result)) durations.observe({ command }, (endedMs - startedMs) / 1000)
  }
}
