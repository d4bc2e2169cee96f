import { Counter, type Registry } from 'prom-client'
import { type CountHelpRequest, helpers, helpResults } from '../core/recovery/help-request.js'
import { type CountMail, mailResults } from '../core/recovery/mail-port.js'

interface RecoveryMetrics {
  readonly countMail: CountMail
  readonly countHelpRequest: CountHelpRequest
}

/** Counts mails and requests for help by their results, with no mailbox or person. */
export function createRecoveryMetrics(registry: Registry): RecoveryMetrics {
  const mails = new Counter({
    name: 'rekey_mails_total',
    help: 'Mails by their result.',
    labelNames: ['result'],
    registers: [registry],
  })
  const requests = new Counter({
    name: 'rekey_help_requests_total',
    help: 'Requests of people who can’t sign in, by helper and result.',
    labelNames: ['helper', 'result'],
    registers: [registry],
  })
  // For Prometheus, a counter that first appears with a 1 has not risen.
  for (const result of mailResults) mails.inc({ result }, 0)
  for (const helper of helpers) for (const result of helpResults) requests.inc({ helper, result }, 0)
  return {
    countMail: (result) => mails.inc({ result }),
    countHelpRequest: (helper, result) => requests.inc({ helper, result }),
  }
}
