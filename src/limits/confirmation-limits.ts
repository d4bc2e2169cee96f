import { createHmac } from 'node:crypto'
import type { Limit } from '../core/attempt-limits.js'
import type { Mailbox } from '../core/mailbox.js'
import type { Limiter } from './limiter.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How many mails with links go to addresses that somebody named: so few that they trouble nobody. */
const LIMITS = {
  mailbox: { count: 3, windowMs: DAY_MS },
  address: { count: 3, windowMs: DAY_MS },
  all: { count: 60, windowMs: HOUR_MS },
} satisfies Readonly<Record<string, Limit>>

/** Keeps mails to addresses that are to be confirmed from being used to bomb somebody. */
export interface ConfirmationLimits {
  /**
   * Counts a mail that is to be sent. Rejects with `StoreUnavailable`.
   *
   * @returns the name of the limit, if there were too many
   */
  countMail(mailbox: Mailbox, address: string): Promise<string | undefined>
}

interface ConfirmationLimitParts {
  /** @param name of the limit: each counts for itself */
  createLimiter(name: string, limit: Limit): Limiter
  /** Names addresses in the store, so that it tells nobody's. */
  readonly key: Buffer
}

export function createConfirmationLimits({ createLimiter, key }: ConfirmationLimitParts): ConfirmationLimits {
  const create = (name: keyof typeof LIMITS): Limiter => createLimiter(`confirmations-${name}`, LIMITS[name])
  const [ofMailbox, toAddress, inAll] = [create('mailbox'), create('address'), create('all')]
  const digestOf = (address: string): string =>
    createHmac('sha256', key).update(address).digest('base64url').slice(0, 22)

  return {
    async countMail({ address: mailbox }, address) {
      // A mail that is held back for one mailbox takes nothing of what others have.
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
