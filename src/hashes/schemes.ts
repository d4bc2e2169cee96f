import { createHash, timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import { encrypt as shaCrypt } from 'unixcrypt'
import { decode, type Encoding, encodingOf } from './encoding.js'
import { unknownScheme } from './faults.js'
import { md5Crypt } from './md5-crypt.js'

/** Whether the password matches the hash. */
export type Matches = (password: string) => boolean | Promise<boolean>

/** How to read one kind of hash. */
interface Scheme {
  /** The encoding of a hash if the scheme's name doesn't give it. */
  encodingOf(text: string): Encoding
  /**
   * Makes the check of one hash, or returns undefined if the hash is broken (the packages would just answer "no"). Packages with
   * native code take 4 MB each, so they are loaded here when first needed. Throws if that fails.
   */
  read(hash: Buffer): Matches | undefined
}

/** Unlike `import()`, this can try again after a failure. */
const requirePackage = createRequire(import.meta.url)

/** Costs up to 15. Each step doubles the time, and a restored mailbox could have a hash that takes hours. */
const bcrypt = createText(/^\$2[abxy]\$(?:0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/, (hash) => {
  const { verify } = requirePackage('@node-rs/bcrypt') as typeof import('@node-rs/bcrypt')
  return (password) => verify(password, hash)
})

/** Up to 1 GB of memory and 99 passes, for the same reason. */
const argon2 = createText(
  /^\$argon2id?\$(?:v=\d+\$)?m=\d{1,6},t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+$/,
  (hash) => {
    const { verify } = requirePackage('@node-rs/argon2') as typeof import('@node-rs/argon2')
    return (password) => verify(hash, password)
  },
)

const md5OfCrypt = createText(/^\$1\$[^$:\n]{0,8}\$[./A-Za-z0-9]{22}$/, (hash) => (password) => {
  const [, , salt = ''] = hash.split('$')
  return same(md5Crypt(password, salt), sumOf(hash))
})

/** The supported kinds of crypt(3), by the beginning of their hashes. */
const kindsOfCrypt: ReadonlyMap<string, Scheme> = new Map([
  ['$1$', md5OfCrypt],
  ['$2a$', bcrypt],
  ['$2b$', bcrypt],
  ['$2x$', bcrypt],
  ['$2y$', bcrypt],
  ['$5$', createShaOfCrypt(5, 43)],
  ['$6$', createShaOfCrypt(6, 86)],
])

/** Any kind of crypt(3), because Dovecot accepts each kind under any of these names. */
const crypt: Scheme = {
  encodingOf: () => 'text',
  read(hash) {
    const [beginning = ''] = /^\$[a-z0-9]{1,4}\$/.exec(hash.toString()) ?? []
    const kind = kindsOfCrypt.get(beginning)
    if (!kind) throw unknownScheme(`CRYPT ${beginning === '' ? '(DES)' : beginning}`)
    return kind.read(hash)
  },
}

const plainMd5 = createDigest('md5', 16)

/** MD5-crypt or a plain digest. */
const md5: Scheme = {
  encodingOf: () => 'text',
  read(hash) {
    const text = hash.toString()
    if (text.startsWith('$')) return md5OfCrypt.read(hash)
    const digest = decode(text, plainMd5.encodingOf(text))
    return digest && plainMd5.read(digest)
  },
}

const plain: Scheme = {
  encodingOf: () => 'text',
  read: (stored) => (password) => same(password, stored.toString()),
}

/** The schemes that a panel writes or imports, by Dovecot's name for them (from the source of 2.3, and tested with 2.3). */
export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['BLF-CRYPT', bcrypt],
  ['ARGON2ID', argon2],
  ['ARGON2I', argon2],
  ['CRYPT', crypt],
  ['SHA512-CRYPT', crypt],
  ['SHA256-CRYPT', crypt],
  ['MD5-CRYPT', md5OfCrypt],
  ['MD5', md5],
  ['PLAIN-MD5', plainMd5],
  ['LDAP-MD5', plainMd5],
  ['SMD5', createSaltedDigest('md5', 16)],
  ['SHA', createDigest('sha1', 20)],
  ['SHA1', createDigest('sha1', 20)],
  ['SSHA', createSaltedDigest('sha1', 20)],
  ['SHA256', createDigest('sha256', 32)],
  ['SSHA256', createSaltedDigest('sha256', 32)],
  ['SHA512', createDigest('sha512', 64)],
  ['SSHA512', createSaltedDigest('sha512', 64)],
  ['PLAIN', plain],
  ['CLEAR', plain],
  ['CLEARTEXT', plain],
])

/** @param form the form of the complete hash */
function createText(form: RegExp, check: (hash: string) => Matches): Scheme {
  return {
    encodingOf: () => 'text',
    read: (hash) => (form.test(hash.toString()) ? check(hash.toString()) : undefined),
  }
}

/** `rounds=` up to 999999, because unixcrypt runs on the event loop: about 1.7 s for a million rounds. */
function createShaOfCrypt(id: 5 | 6, hashLength: number): Scheme {
  const form = `^\\$${id}\\$(?:rounds=\\d{4,6}\\$)?[^$:\\n]{0,16}\\$[./A-Za-z0-9]{${hashLength}}$`
  return createText(new RegExp(form), (hash) => (password) => {
    const computed = shaCrypt(password, hash.slice(0, hash.lastIndexOf('$')))
    return same(sumOf(computed), sumOf(hash))
  })
}

function createDigest(algorithm: string, bytes: number): Scheme {
  return {
    encodingOf: (text) => encodingOf(text, bytes),
    // `timingSafeEqual` throws if the hash has a different length.
    read: (hash) => (password) => timingSafeEqual(digestOf(algorithm, password), hash),
  }
}

/** The salt follows the digest. */
function createSaltedDigest(algorithm: string, bytes: number): Scheme {
  return {
    encodingOf: () => 'base64',
    read(hash) {
      const [digest, salt] = [hash.subarray(0, bytes), hash.subarray(bytes)]
      if (salt.length === 0) return undefined
      return (password) => timingSafeEqual(digestOf(algorithm, password, salt), digest)
    },
  }
}

function digestOf(algorithm: string, password: string, salt: Uint8Array = Buffer.of()): Buffer {
  return createHash(algorithm).update(password).update(salt).digest()
}

function sumOf(hash: string): string {
  return hash.slice(hash.lastIndexOf('$') + 1)
}

function same(given: string, stored: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(stored)]
  return one.length === other.length && timingSafeEqual(one, other)
}
