import { z } from 'zod'
import type { AddFault, Environment } from './environment.js'
import { choices, fault, flag, integer, isBare, isHttpsOrLoopback, url, type ValuesOf } from './fields.js'

/** Whom to ask about breached passwords. */
export interface BreachServer {
  /** Where its path `/range/` is, without a slash at its end. */
  readonly url: string
  /** Whether a password is refused where it can't be told. */
  readonly mustBeKnown: boolean
}

export const title = 'Proof and passwords'

export const variables = {
  REKEY_PROOFS: choices(['mailbox', 'account']).describe(
    'How a person may prove the right to a change: by the mailbox’s current password (`mailbox`), by the hosting account that owns it (`account`), or by either.',
  ),
  REKEY_ALLOW_ADMIN_ACCOUNTS: flag(false).describe(
    'Whether the panel’s administrators may prove themselves by their panel password.',
  ),
  REKEY_PASSWORD_MIN_LENGTH: integer(8, 64, 12).describe('The least number of characters of a new password.'),
  REKEY_PASSWORD_MIN_SCORE: integer(0, 4, 3).describe(
    'How hard a new password must be to guess, from 0 (no matter) to 4, on the scale of zxcvbn.',
  ),
  REKEY_BREACH_CHECK: z
    .enum(['off', 'online'], 'must be off or online')
    .default('off')
    .describe(
      'Whether a new password may be one that is known from breaches: `online` asks `REKEY_BREACH_URL`, which learns five hex digits of its SHA-1.',
    ),
  REKEY_BREACH_URL: breachUrl().describe(
    'For `online`: where `/range/` of Pwned Passwords is served. Plain `http://` is taken only on the loopback.',
  ),
  REKEY_BREACH_FAIL: z
    .enum(['accept', 'refuse'], 'must be accept or refuse')
    .default('accept')
    .describe(
      'For `online`: whether to `accept` or to `refuse` a password where no answer comes within 2 s.',
    ),
}

type Values = ValuesOf<typeof variables>

/** What proves the right to a change, and which new passwords are taken. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    proofs: values.REKEY_PROOFS,
    allowAdminAccounts: values.REKEY_ALLOW_ADMIN_ACCOUNTS,
    passwordMinLength: values.REKEY_PASSWORD_MIN_LENGTH,
    passwordMinScore: values.REKEY_PASSWORD_MIN_SCORE,
    /** Who is asked about breached passwords; undefined if nobody is. */
    breachServer: selectBreachServer(values, addFault, environment),
  }
}

/** A server of the range interface, below a path if need be; plain HTTP only where nobody can listen. */
function breachUrl() {
  const message =
    'must be the address of a server of breached passwords, such as https://api.pwnedpasswords.com'
  return url(message, (server, context) => {
    if (server.protocol !== 'https:' && server.protocol !== 'http:') return undefined
    if (!isBare(server)) return fault(context, `${message}, and nothing behind its path`)
    if (!isHttpsOrLoopback(server)) {
      return fault(context, 'must begin with https:// unless the server is on this very host (loopback)')
    }
    return `${server.origin}${server.pathname.replace(/\/+$/, '')}`
  }).default('https://api.pwnedpasswords.com')
}

/** The server to ask, if one is asked; variables that would have no effect are faults. */
function selectBreachServer(
  values: Values,
  addFault: AddFault,
  environment: Environment,
): BreachServer | undefined {
  const { REKEY_BREACH_CHECK: check, REKEY_BREACH_URL: url, REKEY_BREACH_FAIL: fail } = values
  if (check === 'online') return Object.freeze({ url, mustBeKnown: fail === 'refuse' })
  for (const name of ['REKEY_BREACH_URL', 'REKEY_BREACH_FAIL']) {
    // A wrong value of the switch is neither, and told elsewhere.
    if (check === 'off' && environment[name]) addFault(`${name} is set, but REKEY_BREACH_CHECK is not online`)
  }
  return undefined
}
