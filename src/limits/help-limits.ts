import { createHmac } from 'node:crypto'
import type { Limit } from '../core/attempt-limits.js'
import type { HelpLimits } from '../core/recovery/help-limits.js'
import type { HelpRequest } from '../core/recovery/help-request.js'
import type { Limiter } from './limiter.js'
import type { Puzzles } from './puzzle.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** What is counted of requests for help: mails that were really sent, but for `named`. */
const LIMITS = {
  /** All mails. Beyond half of them a puzzle comes first. */
  all: { count: 60, windowMs: HOUR_MS },
  /** About one mailbox. */
  soon: { count: 1, windowMs: 15 * MINUTE_MS },
  /** About one mailbox to its administrator; to a recovery address, further ones are sent one an hour. */
  day: { count: 3, windowMs: DAY_MS },
  hour: { count: 1, windowMs: HOUR_MS },
  /** To one administrator. */
  contact: { count: 5, windowMs: DAY_MS },
  /** Requests that named a mailbox, whether or not it exists. Beyond them a puzzle comes first. */
  named: { count: 3, windowMs: DAY_MS },
} satisfies Readonly<Record<string, Limit>>

interface HelpLimitParts {
  /** @param name of the limit: each counts for itself */
  createLimiter(name: string, limit: Limit): Limiter
  readonly puzzles: Puzzles
  /** Names contacts in the store, so that it tells nobody's address. */
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

  /** How many were counted, without one more. */
  async function countOf(limiter: Limiter, id: string): Promise<number> {
    const { totalHits, window } = await limiter.hit(id)
    await limiter.giveBack(id, window)
    return totalHits - 1
  }

  /** Counts where there is room everywhere, or nowhere. */
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
    async admit({ mailbox, helper }, solution) {
      const secret = `help ${helper} ${mailbox.address}`
      const isBusy = (await countOf(all, '')) >= all.count / 2
      const hits = helper === 'address' ? await named.hit(mailbox.address) : undefined
      const isNamedOften = hits !== undefined && hits.totalHits > named.count
      if (!isBusy && !isNamedOften) return
      if (solution !== undefined && (await puzzles.accepts(secret, solution))) return
      const challenge = puzzles.pose(secret)
      throw isNamedOften
        ? named.refusal(hits.leftMs, { challenge })
        : all.refusal(all.windowMs, { challenge })
    },

    async countMail({ mailbox, helper }: HelpRequest, to) {
      const id = `${helper} ${mailbox.address}`
      const hasMany = helper === 'address' && (await countOf(day, id)) >= day.count
      return await countAll([
        [soon, id],
        // Beyond the day's, one an hour.
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
