import { createHmac } from 'node:crypto'

/** How the log names whom an attempt is about. */
export interface LogNames {
  mailbox(address: string): string
  account(username: string): string
}

/** By their names. */
export const plainNames: LogNames = {
  mailbox: (address) => address,
  account: (username) => username,
}

/**
 * By hashes that are equal where the names are, and tell nobody which names these are: an address is guessed in no time
 * from a hash without a key. Who has no key can't find them again either.
 *
 * @param key of this process alone, so that nobody has it afterwards
 */
export function createHashedNames(key: string): LogNames {
  /** 128 bits: no two names meet by chance. */
  const hash = (kind: string, name: string): string =>
    `hashed:${createHmac('sha256', key).update(`${kind} ${name}`).digest('hex').slice(0, 32)}`
  return {
    mailbox: (address) => hash('mailbox', address),
    account: (username) => hash('account', username),
  }
}
