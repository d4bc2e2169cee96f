import type { Logger } from 'pino'
import type { LogNames } from '../audit-log/log-names.js'
import type { Answer } from '../core/answer.js'
import { orOutage } from '../core/outage.js'
import type { Panel } from '../core/panel-port.js'
import { giveHelp, type HelpTools } from '../core/recovery/give-help.js'
import { createHelpQueue } from '../core/recovery/help-queue.js'
import type { CountHelpRequest, Helper, HelpRequest } from '../core/recovery/help-request.js'
import type { HelpActions } from '../http/submission/actions.js'
import type { Clock } from '../lib/clock.js'
import { createDeadline, type Deadline } from '../lib/deadline.js'
import { describeError } from '../lib/describe-error.js'

interface HelpParts extends Omit<HelpTools, 'panel' | 'deadline'> {
  readonly offered: readonly Helper[]
  /** The panel for background work. */
  readonly backgroundPanel: (deadline: Deadline) => Panel
  readonly logger: Logger
  readonly names: LogNames
  readonly clock: Clock
  readonly random: () => number
  readonly countRequest: CountHelpRequest | undefined
}

/** Handles requests of people who can't sign in. */
export interface Help extends HelpActions {
  /** For a process that stops. */
  close(): void
}

/** The time-out (ms) of the panel's work for one request. */
const WORK_MS = 5 * 60_000

const LEVELS = { 'mail-sent': 'info', skipped: 'info', failed: 'warn' } as const

export function createHelp(parts: HelpParts): Help {
  const { offered, limits, logger, names, clock, random, backgroundPanel, countRequest } = parts

  const queue = createHelpQueue({
    clock,
    random,
    async giveHelp(request) {
      const deadline = createDeadline(WORK_MS, clock)
      return await giveHelp(request, { ...parts, deadline, panel: backgroundPanel(deadline) })
    },
    report({ requestId, mailbox, helper }, result, error) {
      if (error) logger.error({ event: 'internal-error', requestId, ...describeError(error) })
      const line = { event: 'recovery-request', requestId, mailbox: names.mailbox(mailbox.address), helper }
      logger[LEVELS[result.result]]({ ...line, ...result })
      countRequest?.(helper, result.result)
    },
  })

  async function take(request: HelpRequest, solution: string | undefined): Promise<Answer> {
    return await orOutage(async () => {
      await limits.admit(request, solution, queue.isHalfFull())
      queue.add(request)
      return { code: 'recovery-requested' }
    })
  }

  return {
    offered,
    request: {
      carryOut({ mailbox, helper, solution }, { clientAddress }, context) {
        context.mailbox = mailbox.address
        const { requestId } = context
        return take({ mailbox, helper, clientAddress, requestId }, solution)
      },
      afterAnswer: () => undefined,
    },
    close: queue.close,
  }
}
