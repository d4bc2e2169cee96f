import { integer, limit, type ValuesOf } from './fields.js'
import { networks } from './networks.js'

export const title = 'Limits and times'

export const variables = {
  REKEY_LIMIT_ADDRESS: limit(30, '15m').describe(
    'Submissions from one address (IPv6: /64), valid or not. Of a client’s, only those that can be read are counted. Changes are given back, and up to ten submissions that broke only the rules for new passwords.',
  ),
  REKEY_LIMIT_NETWORK: limit(120, '15m').describe('The same for a network: IPv4 /24, IPv6 /48.'),
  REKEY_LIMIT_FAILURES: limit(5, '15m').describe(
    'Refused credentials for one mailbox, or for one hosting account, from one address (IPv6: /64). A success resets the count.',
  ),
  REKEY_LIMIT_TARGET: limit(20, '1h').describe(
    'Refused credentials for one mailbox, or for one hosting account, from all addresses together that haven’t proven it before. Webmail servers and clients are counted apart from everybody else.',
  ),
  REKEY_LIMIT_CEILING: limit(100, '24h').describe(
    'The same in the long run. An address that has proven the mailbox or the account before has a count of its own.',
  ),
  REKEY_LIMIT_EXEMPT: networks('').describe(
    'Addresses and networks that REKEY_LIMIT_ADDRESS and REKEY_LIMIT_NETWORK don’t count, such as an office’s, joined by commas. The other limits count them.',
  ),
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000).describe(
    'How long after its request a refusal of credentials is sent, in milliseconds. If the panel takes longer, the refusal is sent at the next multiple of this time. Answers of a rate limit, and answers to other sites and unknown webmail hosts, are held back for this time too. Set it above the time of three panel commands, and of a login that the mail server refuses.',
  ),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000).describe(
    'How long a client of the JSON interface waits for its answer, in milliseconds. Rekey sends a change only if the answer is expected in that time; a change that was sent keeps HESTIA_TIMEOUT_MS. The page and webmail programs have times of their own: [how-it-works.md](how-it-works.md#how-long-callers-wait).',
  ),
}

/** The rate limits, and the times of a request. */
export function select(values: ValuesOf<typeof variables>) {
  return {
    limits: Object.freeze({
      address: values.REKEY_LIMIT_ADDRESS,
      network: values.REKEY_LIMIT_NETWORK,
      failures: values.REKEY_LIMIT_FAILURES,
      target: values.REKEY_LIMIT_TARGET,
      ceiling: values.REKEY_LIMIT_CEILING,
    }),
    /** Those whom the first two don't count, in the form of Express's `trust proxy`. */
    limitExempt: values.REKEY_LIMIT_EXEMPT,
    refusalDelayMs: values.REKEY_REFUSAL_DELAY_MS,
    requestTimeoutMs: values.REKEY_REQUEST_TIMEOUT_MS,
  }
}
