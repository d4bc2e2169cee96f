import { integer, limit, type ValuesOf } from './fields.js'
import { networks } from './networks.js'

export const title = 'Limits and times'

export const variables = {
  REKEY_LIMIT_ADDRESS: limit(30, '15m').describe(
    'The [limit](security.md#how-limits-work) for submissions from one address (IPv6: /64). Changes don’t count.',
  ),
  REKEY_LIMIT_NETWORK: limit(120, '15m').describe('The same for one network: IPv4 /24, IPv6 /48.'),
  REKEY_LIMIT_FAILURES: limit(5, '15m').describe(
    'The limit for refused credentials for one mailbox or hosting account from one address (IPv6: /64). A success resets the count.',
  ),
  REKEY_LIMIT_TARGET: limit(20, '1h').describe(
    'The same from all addresses together, except those that have proven the mailbox or account before. Webmail servers and clients have a separate count.',
  ),
  REKEY_LIMIT_CEILING: limit(100, '24h').describe(
    'The same for a longer time. Addresses that have proven the mailbox or account before have a separate count.',
  ),
  REKEY_LIMIT_EXEMPT: networks('').describe(
    'Addresses and networks, such as an office’s, that the first two limits don’t count, joined by commas.',
  ),
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000).describe(
    'The delay before Rekey [refuses](how-it-works.md#refusals), in milliseconds. Set it higher than three panel commands take, and higher than a refused login at the mail server.',
  ),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000).describe(
    'The [time-out](how-it-works.md#how-long-callers-wait) of the JSON interface, in milliseconds. A change that was sent has `HESTIA_TIMEOUT_MS`.',
  ),
}

/** The rate limits, the refusal delay and the time-out of requests. */
export function select(values: ValuesOf<typeof variables>) {
  return {
    limits: Object.freeze({
      address: values.REKEY_LIMIT_ADDRESS,
      network: values.REKEY_LIMIT_NETWORK,
      failures: values.REKEY_LIMIT_FAILURES,
      target: values.REKEY_LIMIT_TARGET,
      ceiling: values.REKEY_LIMIT_CEILING,
    }),
    /** Addresses that `address` and `network` don't count, in the form of Express's `trust proxy`. */
    limitExempt: values.REKEY_LIMIT_EXEMPT,
    refusalDelayMs: values.REKEY_REFUSAL_DELAY_MS,
    requestTimeoutMs: values.REKEY_REQUEST_TIMEOUT_MS,
  }
}
