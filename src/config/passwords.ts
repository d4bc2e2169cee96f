import * as z from 'zod'
import type { AddFault, Environment } from './environment.js'
import { choices, fault, flag, integer, isBare, isHttpsOrLoopback, url, type ValuesOf } from './fields.js'

/** The server that knows breached passwords. */
export interface BreachServer {
  /** Without `/range/` and without a slash at the end. */
  readonly url: string
  /** Whether Rekey refuses a password if the server doesn't answer. */
  readonly mustBeKnown: boolean
}

export const title = 'Proof and passwords'

export const variables = {
  REKEY_PROOFS: choices(['mailbox', 'account']).describe(
    'What proves a person’s right to a change: the mailbox’s current password, or the hosting account that owns it.',
  ),
  REKEY_ALLOW_ADMIN_ACCOUNTS: flag(false).describe(
    'Whether administrators of the panel may use their panel password as proof.',
  ),
  REKEY_PASSWORD_MIN_LENGTH: integer(8, 64, 12).describe(
    'The minimum length of a new password, in characters.',
  ),
  REKEY_PASSWORD_MIN_SCORE: integer(0, 4, 3).describe(
    'The minimum strength of a new password (zxcvbn score), from `0` (any) to `4`.',
  ),
  REKEY_BREACH_CHECK: z
    .enum(['off', 'online'], 'must be off or online')
    .default('off')
    .describe(
      'Whether to refuse new passwords from known breaches. `online` sends five hex digits of their SHA-1 to `REKEY_BREACH_URL`.',
    ),
  REKEY_BREACH_URL: breachUrl().describe(
    'With `online`: the server of the Pwned Passwords range API, without `/range/`. Plain `http://` is accepted only for the loopback.',
  ),
  REKEY_BREACH_FAIL: z
    .enum(['accept', 'refuse'], 'must be accept or refuse')
    .default('accept')
    .describe('What to do with a password if that server doesn’t answer within 2 s.'),
}

type Values = ValuesOf<typeof variables>

/** How a person proves the right to a change, and which new passwords Rekey accepts. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    proofs: values.REKEY_PROOFS,
    allowAdminAccounts: values.REKEY_ALLOW_ADMIN_ACCOUNTS,
    passwordMinLength: values.REKEY_PASSWORD_MIN_LENGTH,
    passwordMinScore: values.REKEY_PASSWORD_MIN_SCORE,
    /** Undefined if the check is off. */
    breachServer: selectBreachServer(values, addFault, environment),
  }
}

/** A server of the range API, optionally with a path; plain HTTP only on the loopback. */
function breachUrl() {
  const message =
    'must be the address of a server for breached passwords, such as https://api.pwnedpasswords.com'
  return url(message, (server, context) => {
    if (server.protocol !== 'https:' && server.protocol !== 'http:') return undefined
    if (!isBare(server)) return fault(context, `${message}, with nothing after the path`)
    if (!isHttpsOrLoopback(server)) {
      return fault(context, 'must begin with https://, unless it is an address of the loopback')
    }
    return `${server.origin}${server.pathname.replace(/\/+$/, '')}`
  }).default('https://api.pwnedpasswords.com')
}

/** The server to ask, if any. A variable that would have no effect is an error. */
function selectBreachServer(
  values: Values,
  addFault: AddFault,
  environment: Environment,
): BreachServer | undefined {
  const { REKEY_BREACH_CHECK: check, REKEY_BREACH_URL: url, REKEY_BREACH_FAIL: fail } = values
  if (check === 'online') return Object.freeze({ url, mustBeKnown: fail === 'refuse' })
  for (const name of ['REKEY_BREACH_URL', 'REKEY_BREACH_FAIL']) {
    // An invalid value is neither `online` nor `off`; its field reports it.
    if (check === 'off' && environment[name]) addFault(`${name} is set, but REKEY_BREACH_CHECK is not online`)
  }
  return undefined
}
