import { createHmac } from 'node:crypto'
import type { Limit } from '../core/attempt-limits.js'
import type { Mailbox } from '../core/mailbox.js'
import type { Limiter } from './limiter.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** So few mails to addresses that someone entered that they bother nobody. */
const LIMITS = {
  mailbox: { count: 3, windowMs: DAY_MS },
  address: { count: 3, windowMs: DAY_MS },
  all: { count: 60, windowMs: HOUR_MS },
} satisfies Readonly<Record<string, Limit>>

/** Prevents mail bombing by requests to confirm an address. */
export interface ConfirmationLimits {
  /**
   * Counts a mail before it's sent. Rejects with `StoreUnavailable`.
   *
   * @returns the name of the limit that was reached, if any
   */
  countMail(mailbox: Mailbox, address: string): Promise<string | undefined>
}

interface ConfirmationLimitParts {
  /** @param name of the limit; each has its own count */
  createLimiter(name: string, limit: Limit): Limiter
  /** For the digests that stand for addresses in the store. */
  readonly key: Buffer
}

export function createConfirmationLimits({ createLimiter, key }: ConfirmationLimitParts): ConfirmationLimits {
  const create = (name: keyof typeof LIMITS): Limiter => createLimiter(`confirmations-${name}`, LIMITS[name])
  const [ofMailbox, toAddress, inAll] = [create('mailbox'), create('address'), create('all')]
  const digestOf = (address: string): string =>
    createHmac('sha256', key).update(address).digest('base64url').slice(0, 22)

  return {
    async countMail({ address: mailbox }, address) {
      // A mail over the mailbox's limit must not use up the other limits.
      for (const [limiter, id] of [
        [ofMailbox, mailbox],
        [toAddress, digestOf(address)],
        [inAll, ''],
      ] as const) {
        const { totalHits } = await limiter.hit(id)
        if (totalHits > limiter.count) return limiter.name
      }
      return undefined
    },
  }
}
