import { hash as hashArgon2, verify as verifyArgon2 } from '@node-rs/argon2'
import { hash as hashBcrypt, verify as verifyBcrypt } from '@node-rs/bcrypt'

/** The scheme of a mailbox's hash: of today's panel, of one of its configurations, or of an old panel. */
export type Scheme = 'BLF-CRYPT' | 'ARGON2ID' | 'MD5'

/** Hashes a password in Dovecot's format, `{SCHEME}hash`. Default: the scheme of today's panel. */
export type HashPassword = (password: string, scheme?: Scheme) => Promise<string>

/** Made once by hand, because no package computes MD5-crypt. */
const MD5_CRYPT = { password: 'legacy mail pw', hash: '{MD5}$1$Legacy01$UEBO52YFmagrNYmygu01w.' }

/** Hashes with Node alone, and as fast as possible. */
export const hashMailPassword: HashPassword = async (password, scheme = 'BLF-CRYPT') => {
  switch (scheme) {
    case 'BLF-CRYPT':
      // The panel writes a different prefix for the same algorithm.
      return `{BLF-CRYPT}${(await hashBcrypt(password, 5)).replace(/^\$2b/, () => '$2y')}`
    case 'ARGON2ID': {
      const options = { algorithm: 2, memoryCost: 19456, timeCost: 2, parallelism: 1 }
      return `{ARGON2ID}${await hashArgon2(password, options)}`
    }
    case 'MD5':
      return MD5_CRYPT.hash
  }
}

/** Whether the password matches a hash from `hashMailPassword`. */
export async function acceptsMailPassword(storedHash: string, password: string): Promise<boolean> {
  if (storedHash === MD5_CRYPT.hash) return password === MD5_CRYPT.password
  const hash = storedHash.slice(storedHash.indexOf('}') + 1)
  return hash.startsWith('$argon2') ? verifyArgon2(hash, password) : verifyBcrypt(password, hash)
}
