import { Counter, type Registry } from 'prom-client'
import { type CountNewPassword, newPasswordResults } from '../core/new-password-checks.js'

/** Counts checks of new passwords at the mail server, by result. */
export function createNewPasswordMetrics(registry: Registry): CountNewPassword {
  const checks = new Counter({
    name: 'rekey_new_password_checks_total',
    help: 'Checks after the answer whether the mail server accepts the new password, by result.',
    labelNames: ['result'],
    registers: [registry],
  })
  // To Prometheus, a counter that first appears as 1 hasn't risen.
  for (const result of newPasswordResults) checks.inc({ result }, 0)
  return (result) => checks.inc({ result })
}
