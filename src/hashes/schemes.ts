import { timingSafeEqual } from 'node:crypto'
import { createRequire } from 'node:module'
import { encrypt as shaCrypt } from 'unixcrypt'
import { md5Crypt } from './md5-crypt.js'

type Matches = (password: string, hash: string) => boolean | Promise<boolean>

/** How one kind of hash is read: its exact form (the packages answer "no" to a broken one) and its check. */
interface Scheme {
  readonly form: RegExp
  /** Packages with native code are loaded here, when they are first needed: each takes 4 MB. Throws if that fails. */
  load(): Matches
}

/** Unlike `import()`, which keeps a failure for ever, it tries again the next time. */
const requirePackage = createRequire(import.meta.url)

const bcrypt: Scheme = {
  form: /^\$2[abxy]\$(?:0[4-9]|1\d|2\d|3[01])\$[./A-Za-z0-9]{53}$/,
  load: () => (requirePackage('@node-rs/bcrypt') as typeof import('@node-rs/bcrypt')).verify,
}

function argon2(variant: 'argon2id' | 'argon2i'): Scheme {
  return {
    form: new RegExp(
      `^\\$${variant}\\$(?:v=\\d+\\$)?m=\\d+,t=\\d+,p=\\d+\\$[A-Za-z0-9+/]+\\$[A-Za-z0-9+/]+$`,
    ),
    load() {
      const { verify } = requirePackage('@node-rs/argon2') as typeof import('@node-rs/argon2')
      return (password, hash) => verify(hash, password)
    },
  }
}

/** `rounds=` up to 999999: unixcrypt computes on the event loop, about 1.7 s for a million rounds. */
function shaCryptScheme(id: 5 | 6, hashLength: number): Scheme {
  return {
    form: new RegExp(`^\\$${id}\\$(?:rounds=\\d{4,6}\\$)?[^$:\\n]{0,16}\\$[./A-Za-z0-9]{${hashLength}}$`),
    load: () => (password, hash) => {
      const computed = shaCrypt(password, hash.slice(0, hash.lastIndexOf('$')))
      return same(sumOf(computed), sumOf(hash))
    },
  }
}

const md5: Scheme = {
  form: /^\$1\$[^$:\n]{0,8}\$[./A-Za-z0-9]{22}$/,
  load: () => (password, hash) => {
    const [, , salt = ''] = hash.split('$')
    return same(md5Crypt(password, salt), sumOf(hash))
  },
}

function sumOf(hash: string): string {
  return hash.slice(hash.lastIndexOf('$') + 1)
}

function same(computed: string, stored: string): boolean {
  return computed.length === stored.length && timingSafeEqual(Buffer.from(computed), Buffer.from(stored))
}

/** The schemes that a panel writes or imports, by the name that Dovecot gives them. */
export const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['BLF-CRYPT', bcrypt],
  ['ARGON2ID', argon2('argon2id')],
  ['ARGON2I', argon2('argon2i')],
  ['MD5', md5],
  ['MD5-CRYPT', md5],
  ['SHA512-CRYPT', shaCryptScheme(6, 86)],
  ['SHA256-CRYPT', shaCryptScheme(5, 43)],
])
