import type { AddFault, Environment } from './environment.js'
import { fault, isBare, isHttpsOrLoopback, url } from './fields.js'
import type { Values } from './load.js'

/** Whom to ask about breached passwords. */
export interface BreachServer {
  /** Where its path `/range/` is, without a slash at its end. */
  readonly url: string
  /** Whether a password is refused where it can't be told. */
  readonly mustBeKnown: boolean
}

/** A server of the range interface, below a path if need be; plain HTTP only where nobody can listen. */
export function breachUrl() {
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
export function selectBreachServer(
  values: Values,
  environment: Environment,
  addFault: AddFault,
): BreachServer | undefined {
  const { REKEY_BREACH_CHECK: check, REKEY_BREACH_URL: url, REKEY_BREACH_FAIL: fail } = values
  if (check === 'online') return Object.freeze({ url, mustBeKnown: fail === 'refuse' })
  for (const name of ['REKEY_BREACH_URL', 'REKEY_BREACH_FAIL']) {
    // A wrong value of the switch is neither, and told elsewhere.
    if (check === 'off' && environment[name]) addFault(`${name} is set, but REKEY_BREACH_CHECK is not online`)
  }
  return undefined
}
