import { withoutBrackets } from '../lib/ip-address.js'
import { Secret } from '../lib/secret.js'
import type { RedisAddress } from '../store/redis-client.js'
import { type AddFault, type Environment, isSecretSet } from './environment.js'
import { decode, isHost, located, parseUrl, SECRET, secret, type ValuesOf } from './fields.js'
import { passwordHint, readLogin, selectPassword } from './url-password.js'

export const title = 'The shared store'

export const variables = {
  REKEY_REDIS_URL: redisUrl().describe(
    'The Redis or Valkey server where several instances share rate limits and locks, such as `redis://NAME:PASSWORD@HOST:6379/0`. For TLS: `rediss://`. For a Unix socket: `unix:///run/redis.sock?password=…&db=0`. For [Sentinel](install.md#redis-with-sentinel): `redis+sentinel://NAME:PASSWORD@HOST:26379,HOST:26379/PRIMARY/0`.',
  ),
  REKEY_REDIS_PASSWORD: secret().describe(
    'The password for that server, without percent-encoding. Then leave it out of `REKEY_REDIS_URL`.',
  ),
}

type Values = ValuesOf<typeof variables>

/** The store that instances share. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    /** Undefined if limits and locks are kept in memory. */
    redis: selectRedis(values, addFault, environment),
  }
}

const DATABASE = /^(?:\d{1,4})?$/

/** Scheme, login, sentinels, name of the primary, database, password of the sentinels. */
const SENTINELS =
  /^(rediss?)\+sentinel:\/\/([^@/]*@)?([^@/?#]+)\/([\w.-]+)(?:\/(\d{1,4}))?(?:\?sentinel-password=([^&#]+))?$/

/**
 * `redis://` or `rediss://`, optionally with a name, a password and a database; `unix://` with the path of a socket, `?password=`
 * and `?db=`; or `redis+sentinel://` or `rediss+sentinel://` with several hosts and the name of the primary.
 */
function redisUrl() {
  const message =
    'must be the address of a Redis server, such as redis://127.0.0.1:6379, unix:///run/redis.sock or redis+sentinel://HOST:26379,HOST:26379/PRIMARY'
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
  const sentinels = SENTINELS.exec(text)
  if (sentinels) return parseSentinels(sentinels)
  const url = parseUrl(text)
  return url?.protocol === 'unix:' ? parseSocket(url) : url && parseServer(url, 6379)
}

/** A text with several hosts isn't a URL, so each host is parsed in a URL with only that host. */
function parseSentinels(match: RegExpExecArray): RedisAddress | undefined {
  const [, scheme, login = '', hosts = '', primary = '', database = '', encoded] = match
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
  const login = readLogin(url)
  if (!login) return undefined
  return {
    at: { host: withoutBrackets(url.hostname), port: Number(url.port || defaultPort) },
    tls: url.protocol === 'rediss:',
    username: login.username || undefined,
    password: login.password,
    database: Number(database),
  }
}

function parseSocket(url: URL): RedisAddress | undefined {
  // Unlike in a form, a plus is a plus and not a space.
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
