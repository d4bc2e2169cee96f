import type { Logger } from 'pino'
import { type Answer, type FieldFault, statusOf } from '../core/answer.js'
import type { RecordAttempt } from '../core/attempt-context.js'
import type { CommandRecord } from '../core/panel-port.js'
import type { AttemptLine } from './attempt-line.js'
import type { LogNames } from './log-names.js'

/** Writes the one line that an attempt leaves. */
export function createAttemptLog(logger: Logger, names: LogNames): RecordAttempt {
  return function logAttempt({ context, answer, durationMs }) {
    const { requestId, clientAddress, client, mode, mailbox, account, commands } = context
    const line: AttemptLine = {
      event: 'attempt',
      code: answer.code,
      requestId,
      clientAddress,
      client,
      mode,
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
    }
    logger[levelOf(answer)](line)
  }
}

/** Only what is known to hold no secret is named here. */
function detailsOf(answer: Answer): Partial<AttemptLine> {
  switch (answer.code) {
    case 'changed':
      return { evidence: answer.evidence }
    case 'invalid-request':
      return { faults: [...new Set(answer.faults.map(describeFault))] }
    case 'password-rejected':
      return { reasons: answer.reasons.map((reason) => reason.code) }
    case 'too-many-attempts':
      return { limit: answer.limit.name }
    case 'panel-misconfigured':
    case 'panel-failed':
    case 'panel-unavailable':
    case 'panel-busy':
      return { reason: answer.reason, changeSent: answer.changeSent }
    case 'mail-server-unavailable':
      return { reason: answer.reason, credentialsSent: answer.credentialsSent }
    case 'breach-check-unavailable':
      return { reason: answer.reason }
    default:
      return {}
  }
}

/** The name of a member that is not known is of the caller's choice, and may be anything. */
function describeFault({ pointer, code }: FieldFault): string {
  return code === 'unknown' ? code : `${pointer} ${code}`.trim()
}

/** A person's mistake is news; what an operator must mend is a warning or an error. */
function levelOf({ code }: Answer): 'info' | 'warn' | 'error' {
  if (code === 'mailbox-ambiguous' || code === 'panel-busy') return 'warn'
  return statusOf[code] >= 500 ? 'error' : 'info'
}

/** How long at least one command was under way: commands that run side by side are not counted twice. */
function busyMs(commands: readonly CommandRecord[]): number {
  let total = 0
  let countedUntil = Number.NEGATIVE_INFINITY
  for (const { startedMs, endedMs } of commands.toSorted((a, b) => a.startedMs - b.startedMs)) {
    total += Math.max(0, endedMs - Math.max(startedMs, countedUntil))
    countedUntil = Math.max(countedUntil, endedMs)
  }
  return total
}
