import { Secret } from '../lib/secret.js'
import type { AddFault } from './environment.js'
import { decode } from './fields.js'

/**
 * What a fault of a URL adds if the URL seems to hold a password.
 *
 * @param prefix of the variables' names, such as `REKEY_SMTP`
 */
export function passwordHint(prefix: string): string {
  return `; in its name and password, each of / # ? % @ : must be percent-encoded (/ is %2F), or set ${prefix}_PASSWORD instead`
}

/** The login that a URL holds. */
interface Login {
  /** Empty without one. */
  readonly username: string
  readonly password: Secret | undefined
}

/** The login in a URL, without its percent-encoding; undefined if that is broken. */
export function readLogin(url: URL): Login | undefined {
  const [username, password] = [decode(url.username), decode(url.password)]
  if (username === undefined || password === undefined) return undefined
  return { username, password: password ? new Secret(password) : undefined }
}

/** The password in the URL, or the one that has a variable to itself; not both. */
export function selectPassword(
  prefix: string,
  inUrl: Secret | undefined,
  ownVariable: Secret | undefined,
  addFault: AddFault,
): Secret | undefined {
  if (inUrl && ownVariable) {
    addFault(`${prefix}_PASSWORD is set, and ${prefix}_URL holds a password: set one of them`)
  }
  return ownVariable ?? inUrl
}
