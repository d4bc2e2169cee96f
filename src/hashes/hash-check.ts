import { PanelFault } from '../core/panel-port.js'
import type { HashCheck } from '../core/verify-password.js'
import { decode, type Encoding } from './encoding.js'
import { brokenHash, unknownScheme } from './faults.js'
import { type Matches, schemes } from './schemes.js'

/** Dovecot's format of a stored hash. The name is short and plain, so that it can be logged. */
const STORED_HASH = /^\{([A-Za-z0-9-]{1,32})(\.[A-Za-z0-9]{1,8})?\}(.+)$/s

/** The endings of scheme names, which give the encoding. */
const ENDINGS: ReadonlyMap<string, Encoding> = new Map([
  ['.B64', 'base64'],
  ['.BASE64', 'base64'],
  ['.HEX', 'hex'],
])

interface StoredHash {
  readonly scheme: string
  readonly matches: Matches
}

/** Parses a stored hash in Dovecot's format, without computing anything yet. Throws a `PanelFault` if it can't. */
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
    // The cause is left out because a package's message may quote the hash.
    throw brokenHash(scheme)
  }
}

/** A hash of crypt(3) needs no scheme, because its beginning tells the kind. */
function split(storedHash: string): { name: string; ending: string; text: string } {
  const [, name, ending = '', text = ''] = STORED_HASH.exec(storedHash) ?? []
  if (name !== undefined) return { name, ending, text }
  if (storedHash.startsWith('$')) return { name: 'CRYPT', ending, text: storedHash }
  throw new PanelFault('panel-failed', 'a stored hash has no scheme')
}
