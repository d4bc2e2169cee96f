import type { Logger } from 'pino'
import { type Answer, answers, type FieldFault } from '../core/answer.js'
import type { AttemptRecord } from '../core/attempt-context.js'
import type { CommandRecord } from '../core/panel-port.js'
import type { Clock } from '../lib/clock.js'
import type { AttemptLine } from './attempt-line.js'
import { foldRefusals, type RefusalFold } from './fold-refusals.js'
import type { LogNames } from './log-names.js'

/** Writes the audit line of each attempt, or one for many attempts of one sender that were refused for the same reason. */
export function createAttemptLog(logger: Logger, names: LogNames, clock: Clock): RefusalFold {
  function write({ context, answer, durationMs }: AttemptRecord, count?: number): void {
    const { requestId, clientAddress, client, proof, mailbox, account, commands } = context
    const line: AttemptLine = {
      event: 'attempt',
      code: answer.code,
      requestId,
      clientAddress,
      client,
      proof,
      mailbox: mailbox === undefined ? undefined : names.mailbox(mailbox),
      account: account === undefined ? undefined : names.account(account),
      ...detailsOf(answer),
      durationMs: Math.round(durationMs),
      panelMs: Math.round(busyMs(commands)),
      commands: commands.map(({ command, result, startedMs, endedMs }) => ({
        command,
        result,
        durationMs: Math.round(endedMs - startedMs),
      })),
      count,
    }
    logger[answers[answer.code].level](line)
  }

  return foldRefusals(write, clock)
}

/** Lists each field by name, so that only fields without secrets are logged. */
function detailsOf(answer: Answer): Partial<AttemptLine> {
  return {
    evidence: 'evidence' in answer ? answer.evidence : undefined,
    faults: 'faults' in answer ? [...new Set(answer.faults.map(describeFault))] : undefined,
    reasons: 'reasons' in answer ? answer.reasons.map((reason) => reason.code) : undefined,
    limit: 'limit' in answer ? answer.limit.name : undefined,
    reason: 'reason' in answer ? answer.reason : undefined,
    credentialsSent: 'credentialsSent' in answer ? answer.credentialsSent : undefined,
    proven: 'proven' in answer ? answer.proven : undefined,
  }
}

/** Leaves out the name of an unknown member, because the caller can choose any name. */
function describeFault({ pointer, code }: FieldFault): string {
  return code === 'unknown' ? code : `${pointer} ${code}`.trim()
}

/** How long at least one command was running. Overlapping times count once. */
function busyMs(commands: readonly CommandRecord[]): number {
  let total = 0
  let countedUntil = Number.NEGATIVE_INFINITY
  for (const { startedMs, endedMs } of commands.toSorted((a, b) => a.startedMs - b.startedMs)) {
    total += Math.max(0, endedMs - Math.max(startedMs, countedUntil))
    countedUntil = Math.max(countedUntil, endedMs)
  }
  return total
}
