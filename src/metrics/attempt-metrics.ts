import { Counter, Histogram, type Registry } from 'prom-client'
import type { ObserveAttempt } from '../core/observe-attempt.js'
import type { CommandRecord } from '../core/panel-port.js'
import { commandResult, ran } from './words.js'

const ATTEMPT_BUCKETS_S = [0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 30, 60]
const COMMAND_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 15, 30]

/** `none`: the submission was not read, so that nobody knows. */
const MODES = ['mailbox', 'account', 'none'] as const

/** All values that the labels may have. */
interface KnownLabels {
  readonly codes: readonly string[]
  readonly limits: readonly string[]
}

/** Counts attempts and their commands of the panel. */
export function createAttemptMetrics(registry: Registry, { codes, limits }: KnownLabels): ObserveAttempt {
  const registers = [registry]
  const attempts = new Counter({
    name: 'rekey_attempts_total',
    help: 'Attempts to change a password, by the code of the answer and the way of proof.',
    labelNames: ['code', 'mode'],
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
  for (const code of codes) for (const mode of MODES) attempts.inc({ code, mode }, 0)
  for (const limit of limits) limitsReached.inc({ limit }, 0)

  return function observeAttempt({ code, mode, limit, durationMs, commands }) {
    attempts.inc({ code, mode: mode ?? 'none' })
    durations.observe({ code }, durationMs / 1000)
    if (limit !== undefined) limitsReached.inc({ limit })
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
