import type { HashPassword, Scheme } from './stored-hashes.js'

/** A mailbox's record in the panel's own configuration. */
export interface MailboxRecord {
  readonly account: string
  /** In Dovecot's format, `{SCHEME}hash`. */
  hash: string
  suspended: boolean
  /** Other names of the mailbox, separated by commas. Default: none. */
  aliases?: string
}

export interface MailDomain {
  owner: string
  /** In the form in which it was created. */
  name: string
  suspended: boolean
  mailboxes: readonly MailboxRecord[]
  /** The file that the mail server reads: a line `name:hash` for each mailbox. */
  loginFile: readonly string[]
}

/** The mail domains of a new simulator. */
export async function createMailDomains(hashPassword: HashPassword): Promise<MailDomain[]> {
  const seeds =
    hashedSeeds.get(hashPassword) ?? Promise.all(SEEDS.map((seed) => hashSeed(seed, hashPassword)))
  hashedSeeds.set(hashPassword, seeds)
  return (await seeds).map((domain) => {
    const mailboxes = domain.mailboxes.map((mailbox) => ({ ...mailbox }))
    return { ...domain, mailboxes, loginFile: mailboxes.map(({ account, hash }) => `${account}:${hash}`) }
  })
}

/** Domains for many changes at once. All their mailboxes have the same password. */
export async function createMoreDomains(
  count: number,
  moreMailboxes: number,
  hashPassword: HashPassword,
): Promise<MailDomain[]> {
  if (count === 0) return []
  const hash = await hashPassword('info mail pw')
  const accounts = ['info', ...Array.from({ length: moreMailboxes }, (_, index) => `box${index}`)]
  return Array.from({ length: count }, (_, index) => ({
    owner: 'alice',
    name: `d${index}.example`,
    suspended: false,
    mailboxes: accounts.map((account) => ({ account, hash, suspended: false })),
    loginFile: accounts.map((account) => `${account}:${hash}`),
  }))
}

interface DomainSeed {
  readonly owner: string
  readonly name: string
  readonly suspended?: boolean
  readonly mailboxes: readonly MailboxSeed[]
}

interface MailboxSeed {
  readonly account: string
  /** Default: the account's name and ` mail pw`. */
  readonly password?: string
  readonly scheme?: Scheme
  readonly suspended?: boolean
}

const SEEDS: readonly DomainSeed[] = [
  {
    owner: 'alice',
    name: 'example.org',
    mailboxes: [
      { account: 'info' },
      { account: 'sales', scheme: 'ARGON2ID' },
      { account: 'legacy', scheme: 'MD5' },
      { account: 'paused', suspended: true },
      { account: 'john.doe' },
      { account: 'john-doe' },
      { account: 'ann-lee', password: 'ann dash pw' },
      { account: 'ann.lee', password: 'ann dot pw' },
      { account: 'solo.name', password: 'solo mail pw' },
    ],
  },
  { owner: 'alice', name: 'bücher.example', mailboxes: [{ account: 'kontakt' }] },
  { owner: 'bob', name: 'bob.example.com', mailboxes: [{ account: 'bob' }] },
  { owner: 'bob', name: 'paused.example', suspended: true, mailboxes: [{ account: 'post' }] },
  { owner: 'carol', name: 'carol.example', mailboxes: [{ account: 'carol' }] },
  { owner: 'dave', name: 'dave.example', mailboxes: [{ account: 'dave' }] },
  { owner: 'erin', name: 'erin.example', mailboxes: [{ account: 'erin' }] },
  { owner: 'frank', name: 'frank.example', mailboxes: [{ account: 'frank' }] },
]

/** A cache for all simulators of the process, because hashing takes longer than the rest of a start. */
const hashedSeeds = new WeakMap<HashPassword, Promise<Omit<MailDomain, 'loginFile'>[]>>()

async function hashSeed(
  { owner, name, suspended = false, mailboxes }: DomainSeed,
  hashPassword: HashPassword,
) {
  const records = mailboxes.map(
    async ({ account, password = `${account} mail pw`, scheme, suspended = false }) => ({
      account,
      hash: await hashPassword(password, scheme),
      suspended,
    }),
  )
  return { owner, name, suspended, mailboxes: await Promise.all(records) }
}
