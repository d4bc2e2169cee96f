import { type Logger, pino } from 'pino'
import type { Clock } from '../lib/clock.js'
import { createLogWriter, type LogWriter } from './log-writer.js'
import { createStandardOutput, type StandardOutput } from './standard-output.js'

/** The log of a process, and its state. */
export interface Log extends Omit<LogWriter, 'write'> {
  readonly logger: Logger
}

/** @param level the lowest level that is written */
export function openLog(stdout: StandardOutput, level: string, clock: Clock): Log {
  const writer = createLogWriter(createStandardOutput(stdout), clock)
  return { ...writer, logger: pino({ level, base: null }, writer) }
}
