import { createHmac } from 'node:crypto'

/** How the log names mailboxes and hosting accounts. */
export interface LogNames {
  mailbox(address: string): string
  account(username: string): string
}

/** Logs the names themselves. */
export const plainNames: LogNames = {
  mailbox: (address) => address,
  account: (username) => username,
}

/**
 * Logs keyed hashes: equal names have equal hashes. Without the key nobody can find a name, not even by trying addresses, which would
 * be easy with unkeyed hashes.
 *
 * @param key random, and only in this process's memory, so that nobody has it later
 */
export function createHashedNames(key: string): LogNames {
  /** 128 bits, so that two names never share a hash by chance. */
  const hash = (kind: string, name: string): string =>
    `hashed:${createHmac('sha256', key).update(`${kind} ${name}`).digest('hex').slice(0, 32)}`
  return {
    mailbox: (address) => hash('mailbox', address),
    account: (username) => hash('account', username),
  }
}
