import { Secret } from '../lib/secret.js'
import type { RedisAddress } from '../store/redis-client.js'
import { decode, isHost, SECRET, url } from './fields.js'

/**
 * `redis://` or `rediss://`, with a name, a password and a database if need be, or `unix://` and the path of a socket, with
 * `?password=` and `?db=`.
 */
export function redisUrl() {
  const message = 'must be the address of the store, such as redis://127.0.0.1:6379 or unix:///run/redis.sock'
  return url(message, (store) => (store.protocol === 'unix:' ? parseSocket(store) : parseServer(store)))
    .optional()
    .meta(SECRET)
}

const DATABASE = /^(?:\d{1,4})?$/

function parseServer(url: URL): RedisAddress | undefined {
  const database = url.pathname.replace(/^\//, '')
  const isServer = url.protocol === 'redis:' || url.protocol === 'rediss:'
  if (!isServer || !isHost(url.hostname) || url.port === '0') return undefined
  if (url.search || url.hash || !DATABASE.test(database)) return undefined
  const [username, password] = [decode(url.username), decode(url.password)]
  if (username === undefined || password === undefined) return undefined
  return {
    at: { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) },
    tls: url.protocol === 'rediss:',
    username: username || undefined,
    password: password ? new Secret(password) : undefined,
    database: Number(database),
  }
}

function parseSocket(url: URL): RedisAddress | undefined {
  const { password, db = '', ...others } = Object.fromEntries(url.searchParams)
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
