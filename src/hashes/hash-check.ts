import { PanelFault } from '../core/panel-port.js'
import type { HashCheck } from '../core/verify-password.js'
import { schemes } from './schemes.js'

/** Dovecot's form of a stored hash; the name is short and plain, so that it may be logged. */
const STORED_HASH = /^\{([A-Za-z0-9.-]{1,32})\}(.+)$/s

/** Checks a password against a stored hash of any scheme that a panel writes or imports. */
export const isPasswordOf: HashCheck = async (password, storedHash) => {
  const [, name, hash = ''] = STORED_HASH.exec(storedHash.reveal()) ?? []
  if (name === undefined) throw new PanelFault('panel-failed', 'a stored hash names no scheme')
  const scheme = schemes.get(name.toUpperCase())
  if (!scheme) throw new PanelFault('panel-failed', `stored hash of unknown scheme ${name}`)
  if (!scheme.form.test(hash)) throw new PanelFault('panel-failed', `broken stored hash of scheme ${name}`)
  const matches = scheme.load()
  try {
    return await matches(password.reveal(), hash)
  } catch {
    // The cause is dropped on purpose: the packages' messages may quote the hash.
    throw new PanelFault('panel-failed', `broken stored hash of scheme ${name}`)
  }
}
