import { createHmac } from 'node:crypto'
import type { Limit } from '../core/attempt-limits.js'
import type { HelpLimits } from '../core/recovery/help-limits.js'
import type { HelpRequest } from '../core/recovery/help-request.js'
import type { Limiter } from './limiter.js'
import type { Puzzles } from './puzzle.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Limits on help for people who can't sign in. All count mails that were sent, except `named`. */
const LIMITS = {
  /** All mails. From half of them on, a puzzle is required. */
  all: { count: 60, windowMs: HOUR_MS },
  /** Per mailbox. */
  soon: { count: 1, windowMs: 15 * MINUTE_MS },
  /** Per mailbox. After that the owner of its hosting account gets no more that day, a recovery address one an hour. */
  day: { count: 3, windowMs: DAY_MS },
  hour: { count: 1, windowMs: HOUR_MS },
  /** Per owner's address. */
  contact: { count: 5, windowMs: DAY_MS },
  /** Requests for a link, per mailbox, whether or not it exists. After that a puzzle is required. */
  named: { count: 3, windowMs: DAY_MS },
} satisfies Readonly<Record<string, Limit>>

interface HelpLimitParts {
  /** @param name of the limit; each has its own count */
  createLimiter(name: string, limit: Limit): Limiter
  readonly puzzles: Puzzles
  /** For the digests that stand for addresses in the store. */
  readonly key: Buffer
}

export function createHelpLimits({ createLimiter, puzzles, key }: HelpLimitParts): HelpLimits {
  const create = (name: keyof typeof LIMITS): Limiter => createLimiter(`help-${name}`, LIMITS[name])
  const [all, soon, day, hour, contact, named] = [
    create('all'),
    create('soon'),
    create('day'),
    create('hour'),
    create('contact'),
    create('named'),
  ]

  /** Counts if there is room everywhere; otherwise nowhere. */
  async function countAll(counted: readonly (readonly [Limiter, string])[]) {
    const taken: (() => Promise<void>)[] = []
    const takeBack = async (): Promise<void> => {
      for (const giveBack of taken) await giveBack()
    }
    for (const [limiter, id] of counted) {
      const { totalHits, window } = await limiter.hit(id)
      taken.push(() => limiter.giveBack(id, window))
      if (totalHits <= limiter.count) continue
      await takeBack()
      return undefined
    }
    return takeBack
  }

  return {
    async admit({ mailbox, helper }, solution, manyWait) {
      const secret = `help ${helper} ${mailbox.address}`
      const manyMails = (await all.read('')) >= all.count / 2
      const hits = helper === 'address' ? await named.hit(mailbox.address) : undefined
      const isNamedOften = hits !== undefined && hits.totalHits > named.count
      if (!manyMails && !manyWait && !isNamedOften) return
      if (solution !== undefined && (await puzzles.accepts(secret, solution))) return
      const challenge = puzzles.pose(secret)
      throw isNamedOften
        ? named.refusal(hits.leftMs, { challenge })
        : all.refusal(manyMails ? all.windowMs : MINUTE_MS, { challenge })
    },

    async countMail({ mailbox, helper }: HelpRequest, to) {
      const id = `${helper} ${mailbox.address}`
      const hasMany = helper === 'address' && (await day.read(id)) >= day.count
      return await countAll([
        [soon, id],
        // After the day's mails, one an hour.
        hasMany ? [hour, id] : [day, id],
        ...(to === undefined ? [] : [[contact, digestOf(to)] as const]),
        [all, ''],
      ])
    },
  }

  function digestOf(address: string): string {
    return createHmac('sha256', key)
      .update(address.toLowerCase())
      .digest()
      .subarray(0, 16)
      .toString('base64url')
  }
}
