import { Secret } from '../lib/secret.js'
import type { AddFault } from './environment.js'
import { decode } from './fields.js'

/**
 * Added to the error about a URL that seems to hold a password.
 *
 * @param prefix the start of the variables' names, such as `REKEY_SMTP`
 */
export function passwordHint(prefix: string): string {
  return `; percent-encode each / # ? % @ : in the name and password (/ is %2F), or set ${prefix}_PASSWORD instead`
}

/** The login in a URL. */
interface Login {
  /** Empty if there is none. */
  readonly username: string
  readonly password: Secret | undefined
}

/** Reads the login in a URL and decodes it; undefined if its percent-encoding is malformed. */
export function readLogin(url: URL): Login | undefined {
  const [username, password] = [decode(url.username), decode(url.password)]
  if (username === undefined || password === undefined) return undefined
  return { username, password: password ? new Secret(password) : undefined }
}

/** The password from the URL or from its own variable; both are an error. */
export function selectPassword(
  prefix: string,
  inUrl: Secret | undefined,
  ownVariable: Secret | undefined,
  addFault: AddFault,
): Secret | undefined {
  if (inUrl && ownVariable) {
    addFault(`${prefix}_PASSWORD is set, and ${prefix}_URL has a password too: remove one of them`)
  }
  return ownVariable ?? inUrl
}
