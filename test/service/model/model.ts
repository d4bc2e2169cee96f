import { numberedPassword } from '../../kit/submissions.js'
import type { Random } from './random.js'

/** A mailbox as it should be. */
export interface ModelMailbox {
  readonly address: string
  readonly owner: 'alice' | 'bob'
  /** The current password. */
  password: string
  /** Whether its password may be changed at all. */
  readonly changeable: boolean
}

/** A change that somebody requests. */
export interface Wish {
  readonly address: string
  readonly newPassword: string
  readonly kind: (typeof KINDS)[number]
  /** Whether it may be granted. */
  readonly right: boolean
  readonly body: object
}

const KINDS = ['mailbox', 'mailbox', 'account', 'wrong mailbox', 'wrong account', 'unknown'] as const

export interface Model {
  readonly mailboxes: readonly ModelMailbox[]
  /** This many wishes, with the current passwords. */
  wishes(count: number): Wish[]
}

/** The mailboxes of a new simulator, with three domains of `moreDomains`. */
export function freshMailboxes(): ModelMailbox[] {
  const mailbox = (address: string, owner: ModelMailbox['owner'], changeable = true): ModelMailbox => {
    const name = address.slice(0, address.indexOf('@'))
    return { address, owner, password: `${name} mail pw`, changeable }
  }
  return [
    mailbox('info@example.org', 'alice'),
    mailbox('sales@example.org', 'alice'),
    mailbox('legacy@example.org', 'alice'),
    mailbox('paused@example.org', 'alice', false),
    mailbox('john.doe@example.org', 'alice', false),
    mailbox('john-doe@example.org', 'alice'),
    mailbox('kontakt@bücher.example', 'alice'),
    mailbox('info@d0.example', 'alice'),
    mailbox('info@d1.example', 'alice'),
    mailbox('bob@bob.example.com', 'bob'),
  ]
}

let wishes = 0

/** @param mailboxes the mailboxes to wish for */
export function createModel(random: Random, mailboxes: readonly ModelMailbox[]): Model {
  function wish(): Wish {
    wishes += 1
    const { address, owner, password, changeable } = random.oneOf(mailboxes)
    const newPassword = numberedPassword(wishes)
    const change = { email: address, newPassword }
    const account = { username: owner, password: `${owner} panel pw` }
    const kind = random.oneOf(KINDS)
    const base = { address, newPassword, kind, right: changeable } as const
    switch (kind) {
      case 'mailbox':
        return { ...base, body: { ...change, currentPassword: password } }
      case 'account':
        return { ...base, body: { ...change, account } }
      case 'wrong mailbox':
        return { ...base, right: false, body: { ...change, currentPassword: 'a wrong guess' } }
      case 'wrong account':
        return { ...base, right: false, body: { ...change, account: { ...account, password: '-x' } } }
      default:
        // A name that the panel takes for this one because of its wildcard.
        return {
          ...base,
          right: false,
          body: { ...change, email: address.replace(/^.(?=.*@)/, '.'), account },
        }
    }
  }

  return { mailboxes, wishes: (count) => Array.from({ length: count }, wish) }
}
