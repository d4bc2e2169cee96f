import { integer, limit, type ValuesOf } from './fields.js'
import { networks } from './networks.js'

export const title = 'Limits and times'

export const variables = {
  REKEY_LIMIT_ADDRESS: limit(30, '15m').describe(
    'The rate limit for all submissions from one address (IPv6: /64). Changes don’t count, and neither do up to ten submissions that only break the password policy. Unreadable submissions of a client don’t count either.',
  ),
  REKEY_LIMIT_NETWORK: limit(120, '15m').describe('The same for one network: IPv4 /24, IPv6 /48.'),
  REKEY_LIMIT_FAILURES: limit(5, '15m').describe(
    'The limit for refused credentials for one mailbox or hosting account from one address (IPv6: /64). A success resets the count.',
  ),
  REKEY_LIMIT_TARGET: limit(20, '1h').describe(
    'The limit for refused credentials for one mailbox or hosting account from all addresses together. Addresses that have proven it before don’t count. Webmail servers and clients have separate counts.',
  ),
  REKEY_LIMIT_CEILING: limit(100, '24h').describe(
    'The same for a longer time. An address that has proven the mailbox or account before has a separate count.',
  ),
  REKEY_LIMIT_EXEMPT: networks('').describe(
    'Addresses and networks without `REKEY_LIMIT_ADDRESS` and `REKEY_LIMIT_NETWORK`, such as an office’s, joined by commas. The other limits still apply.',
  ),
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000).describe(
    'The delay before Rekey refuses credentials, in milliseconds. If the checks take longer, the refusal waits for the next multiple. Rekey also delays the answers of a rate limit, to other sites and to unknown webmail hosts. Set it higher than three panel commands take, and higher than a refused login at the mail server.',
  ),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000).describe(
    'The time-out of the JSON interface, in milliseconds. Rekey sends a change only if it expects to answer in that time. Once it is sent, a change has `HESTIA_TIMEOUT_MS`. The page and webmail have fixed times: [how-it-works.md](how-it-works.md#how-long-callers-wait).',
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
