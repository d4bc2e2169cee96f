import { randomBytes } from 'node:crypto'
import { compile } from 'proxy-addr'
import type { Config } from '../config/load.js'
import type { Limit } from '../core/attempt-limits.js'
import type { HelpLimits } from '../core/recovery/help-limits.js'
import { contextOf } from '../http/request-context.js'
import { deriveKey } from '../lib/derive-key.js'
import { networkOf, wideNetworkOf } from '../lib/ip-address.js'
import { type AddressLimit, combineAddressLimits, createAddressLimit } from '../limits/address-limit.js'
import { createAttemptLimits, type LimitAttempt } from '../limits/attempt-limits.js'
import { type ConfirmationLimits, createConfirmationLimits } from '../limits/confirmation-limits.js'
import { createHelpLimits } from '../limits/help-limits.js'
import { createKnownPairs } from '../limits/known-pairs.js'
import { createLimiter, type Limiter } from '../limits/limiter.js'
import { createPuzzles } from '../limits/puzzle.js'
import type { SharedStore } from '../store/shared-store.js'

/** How many links the owner of a hosting account may make. */
const LINKS = { count: 20, windowMs: 3_600_000 }

/** How many submissions in a window aren't counted if they broke only the policy. */
const SPARED = 10

/** The rate limits of the service. */
export interface Limits {
  readonly addressLimit: AddressLimit
  readonly limitAttempt: LimitAttempt
  /** Counts the recovery links of each hosting account. */
  readonly linkLimiter: Limiter
  /** Limits mail to people who can't sign in. */
  readonly helpLimits: HelpLimits
  readonly confirmationLimits: ConfirmationLimits
}

export function createLimits({ limits, limitExempt, linkKey }: Config, store: SharedStore): Limits {
  const secret = linkKey?.reveal() ?? randomBytes(32)
  const isInExempt = compile([...limitExempt])
  const create = (name: keyof Config['limits']): Limiter =>
    createLimiter(name, limits[name], store.createLimitStore(name, limits[name].windowMs))

  function createAddressLimitOf(
    name: 'address' | 'network',
    keyOf: (address: string) => string,
  ): AddressLimit {
    const { windowMs } = limits[name]
    return createAddressLimit({
      limiter: create(name),
      spared: createLimiter(
        name,
        { count: SPARED, windowMs },
        store.createLimitStore(`${name}-spared`, windowMs),
      ),
      keyOf,
      isExempt: (address) => isInExempt(address, 0),
      callerOf: contextOf,
    })
  }

  const createFixed = (name: string, limit: Limit): Limiter =>
    createLimiter(name, limit, store.createLimitStore(name, limit.windowMs))
  const puzzles = createPuzzles({ key: deriveKey(secret, 'puzzles'), once: store.once })
  const contactKey = deriveKey(secret, 'contacts')
  return {
    linkLimiter: createFixed('links', LINKS),
    helpLimits: createHelpLimits({ createLimiter: createFixed, puzzles, key: contactKey }),
    confirmationLimits: createConfirmationLimits({ createLimiter: createFixed, key: contactKey }),
    addressLimit: combineAddressLimits([
      createAddressLimitOf('address', networkOf),
      createAddressLimitOf('network', wideNetworkOf),
    ]),
    limitAttempt: createAttemptLimits({
      failures: create('failures'),
      target: create('target'),
      ceiling: create('ceiling'),
      puzzles,
      knownPairs: createKnownPairs(store.knownPairs, deriveKey(secret, 'known pairs')),
    }),
  }
}
