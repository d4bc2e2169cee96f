import { Counter, type Registry } from 'prom-client'
import { type CountNewPassword, newPasswordResults } from '../core/new-password-checks.js'

/** Counts the new passwords that were tried at the mail server, by what came of it. */
export function createNewPasswordMetrics(registry: Registry): CountNewPassword {
  const checks = new Counter({
    name: 'rekey_new_password_checks_total',
    help: 'Checks at the mail server, after the answer, whether it takes the new password.',
    labelNames: ['result'],
    registers: [registry],
  })
  // A counter that first appears with a 1 has not risen, for Prometheus.
  for (const result of newPasswordResults) checks.inc({ result }, 0)
  return (result) => checks.inc({ result })
}
