import { withoutBrackets } from '../lib/ip-address.js'
import { Secret } from '../lib/secret.js'
import type { RedisAddress } from '../store/redis-client.js'

import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { decode, integer, isHost, limit, located, parseUrl, SECRET, secret, type ValuesOf } from './fields.js'
import { networks } from './networks.js'
import { passwordHint, selectPassword } from './url-password.js'

const DATABASE = /^(?:\d{1,4})?$/

export const title = 'Limits, times and the shared store'

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
  REKEY_REDIS_URL: redisUrl().describe(
    'The Redis or Valkey server in which several instances share limits and locks: `redis://NAME:PASSWORD@HOST:6379/0`, `rediss://` for TLS, a socket, `unix:///run/redis.sock?password=…&db=0`, or [Sentinel](install.md#redis-with-sentinel), `redis+sentinel://NAME:PASSWORD@HOST:26379,HOST:26379/PRIMARY/0`.',
  ),
  REKEY_REDIS_PASSWORD: secret().describe(
    'The password for that server, as it is, instead of the one in `REKEY_REDIS_URL`.',
  ),
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000).describe(
    'How long after its request a refusal of credentials is sent, in milliseconds. If the panel takes longer, the refusal is sent at the next multiple of this time. Answers of a rate limit, and answers to other sites and unknown webmail hosts, are held back for this time too. Set it above the time of three panel commands, and of a login that the mail server refuses.',
  ),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000).describe(
    'How long a client of the JSON interface waits for its answer, in milliseconds. Rekey sends a change only if the answer is expected in that time; a change that was sent keeps HESTIA_TIMEOUT_MS. The page and webmail programs have times of their own: [how-it-works.md](how-it-works.md#how-long-callers-wait).',
  ),
}

type Values = ValuesOf<typeof variables>

/** The rate limits, the times of a request, and the store that instances share. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
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
    /** Where instances share limits and locks; undefined if they are kept in memory. */
    redis: selectRedis(values, addFault, environment),
    refusalDelayMs: values.REKEY_REFUSAL_DELAY_MS,
    requestTimeoutMs: values.REKEY_REQUEST_TIMEOUT_MS,
  }
}

/** The scheme of the server, its login, the sentinels, the primary's name, the database, and the sentinels' password. */
const SENTINELS =
  /^(rediss?)\+sentinel:\/\/([^@/]*@)?([^@/?#]+)\/([\w.-]+)(?:\/(\d{1,4}))?(?:\?sentinel-password=([^&#]+))?$/

/**
 * `redis://` or `rediss://`, optionally with a name, a password and a database; `unix://` and the path of a socket, with
 * `?password=` and `?db=`; or `redis+sentinel://` or `rediss+sentinel://`, several hosts and the name of the primary.
 */
function redisUrl() {
  const message =
    'must be the address of the store, such as redis://127.0.0.1:6379, unix:///run/redis.sock or redis+sentinel://HOST:26379,HOST:26379/PRIMARY'
  return located(message, parseStore, passwordHint('REKEY_REDIS')).optional().meta(SECRET)
}

function selectRedis(
  { REKEY_REDIS_URL: address, REKEY_REDIS_PASSWORD: ownVariable }: Values,
  addFault: AddFault,
  environment: Environment,
): RedisAddress | undefined {
  if (ownVariable && !isSecretSet(environment, 'REKEY_REDIS_URL')) {
    addFault('REKEY_REDIS_PASSWORD is set, but REKEY_REDIS_URL is not')
  }
  if (!address) return undefined
  const password = selectPassword('REKEY_REDIS', address.password, ownVariable, addFault)
  return Object.freeze({ ...address, password })
}

function parseStore(text: string): RedisAddress | undefined {
  if (SENTINELS.test(text)) return parseSentinels(text)
  const url = parseUrl(text)
  return url?.protocol === 'unix:' ? parseSocket(url) : url && parseServer(url, 6379)
}

/** Several hosts are no URL: each is read as if it stood alone. */
function parseSentinels(text: string): RedisAddress | undefined {
  const [, scheme, login = '', hosts = '', primary = '', database = '', encoded] = SENTINELS.exec(text) ?? []
  const servers = hosts.split(',').map((host) => {
    const url = parseUrl(`${scheme}://${login}${host}/${database}`)
    return url && parseServer(url, 26_379)
  })
  const sentinels = servers.flatMap((server) => (server && 'host' in server.at ? [server.at] : []))
  const password = decode(encoded ?? '')
  const [server] = servers
  if (!server || sentinels.length < servers.length || password === undefined) return undefined
  const sentinelPassword = password ? new Secret(password) : undefined
  return { ...server, at: { sentinels, primary, sentinelPassword } }
}

function parseServer(url: URL, defaultPort: number): RedisAddress | undefined {
  const database = url.pathname.replace(/^\//, '')
  const isServer = url.protocol === 'redis:' || url.protocol === 'rediss:'
  if (!isServer || !isHost(url.hostname) || url.port === '0') return undefined
  if (url.search || url.hash || !DATABASE.test(database)) return undefined
  const [username, password] = [decode(url.username), decode(url.password)]
  if (username === undefined || password === undefined) return undefined
  return {
    at: { host: withoutBrackets(url.hostname), port: Number(url.port || defaultPort) },
    tls: url.protocol === 'rediss:',
    username: username || undefined,
    password: password ? new Secret(password) : undefined,
    database: Number(database),
  }
}

function parseSocket(url: URL): RedisAddress | undefined {
  // A plus is one here, as in every other part of a URL, and no space as in a form.
  const query = new URLSearchParams(url.search.replaceAll('+', '%2B'))
  const { password, db = '', ...others } = Object.fromEntries(query)
  const path = decode(url.pathname)
  if (url.host || url.hash || !path?.startsWith('/') || !DATABASE.test(db)) return undefined
  if (Object.keys(others).length > 0) return undefined
  return {
    at: { path },
    tls: false,
    username: undefined,
    password: password ? new Secret(password) : undefined,
    database: Number(db),
  }
}
