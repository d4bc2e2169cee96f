import { PanelFault } from '../core/panel-port.js'
import type { HashCheck } from '../core/verify-password.js'
import { decode, type Encoding } from './encoding.js'
import { brokenHash, unknownScheme } from './faults.js'
import { type Matches, schemes } from './schemes.js'

/** Dovecot's form of a stored hash; the name is short and plain, so that it may be logged. */
const STORED_HASH = /^\{([A-Za-z0-9-]{1,32})(\.[A-Za-z0-9]{1,8})?\}(.+)$/s

/** Endings of a scheme's name say how the hash is written. */
const ENDINGS: ReadonlyMap<string, Encoding> = new Map([
  ['.B64', 'base64'],
  ['.BASE64', 'base64'],
  ['.HEX', 'hex'],
])

/** A stored hash that was read. */
interface StoredHash {
  readonly scheme: string
  readonly matches: Matches
}

/** Reads a stored hash, as Dovecot does, and computes nothing yet; throws a `PanelFault` if it can't be read. */
export function readStoredHash(storedHash: string): StoredHash {
  const { name, ending, text } = split(storedHash)
  const scheme = schemes.get(name.toUpperCase())
  const encoding = ending === '' ? scheme?.encodingOf(text) : ENDINGS.get(ending.toUpperCase())
  if (!scheme || !encoding) throw unknownScheme(`${name}${ending}`)
  const hash = decode(text, encoding)
  const matches = hash && scheme.read(hash)
  if (!matches) throw brokenHash(name)
  return { scheme: name, matches }
}

/** Checks a password against a stored hash of any scheme that a panel writes or imports. */
export const isPasswordOf: HashCheck = async (password, storedHash) => {
  const { scheme, matches } = readStoredHash(storedHash.reveal())
  try {
    return await matches(password.reveal())
  } catch {
    // The cause is dropped on purpose: the packages' messages may quote the hash.
    throw brokenHash(scheme)
  }
}

/** A hash of crypt(3) says itself what it is. */
function split(storedHash: string): { name: string; ending: string; text: string } {
  const [, name, ending = '', text = ''] = STORED_HASH.exec(storedHash) ?? []
  if (name !== undefined) return { name, ending, text }
  if (storedHash.startsWith('$')) return { name: 'CRYPT', ending, text: storedHash }
  throw new PanelFault('panel-failed', 'a stored hash names no scheme')
}
