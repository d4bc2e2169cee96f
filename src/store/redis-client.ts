import { Redis } from 'ioredis'
import { StoreUnavailable } from '../core/outage.js'
import type { Secret } from '../lib/secret.js'

/** Where a Redis or Valkey server is, and how it lets us in. */
export interface RedisAddress {
  /** A host, or the path of a socket. */
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: Secret | undefined
  readonly database: number
}

/** Told when the connection comes and goes; the reason is a word such as `ECONNREFUSED` or `WRONGPASS`. */
export type ReportConnection = (event: 'store-ready' | 'store-lost', reason?: string) => void

const CONNECT_TIMEOUT_MS = 1000
/** Longer than a busy process leaves an answer unread: one that came in time must not be taken for one that did not. */
const COMMAND_TIMEOUT_MS = 2000
const LONGEST_PAUSE_MS = 1000

/** Connects, and goes on trying as long as it can't; commands fail at once meanwhile. Nothing is sent twice. */
export function createRedisClient(address: RedisAddress, report: ReportConnection): Redis {
  const { at, tls, username, password, database } = address
  const client = new Redis({
    ...at,
    ...(username !== undefined && { username }),
    ...(password && { password: password.reveal() }),
    db: database,
    // Said in any case: NODE_TLS_REJECT_UNAUTHORIZED could turn Node's own default off.
    ...(tls && { tls: { rejectUnauthorized: true } }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
  })
  let isLost = false
  let reason: string | undefined
  client.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.code ?? /^[A-Z]+/.exec(error.message)?.[0]
  })
  client.on('close', () => {
    if (!isLost) report('store-lost', reason)
    isLost = true
  })
  client.on('ready', () => {
    isLost = false
    reason = undefined
    report('store-ready')
  })
  return client
}

/** Resolves when the client is connected, or has tried for the first time. */
export function firstTry(client: Redis): Promise<void> {
  return new Promise((resolve) => {
    client.once('ready', resolve).once('close', resolve)
  })
}

/** Rejects with a `StoreUnavailable` where the command did. */
export function inStore<Reply>(reply: Promise<Reply>): Promise<Reply> {
  return reply.catch(() => {
    throw new StoreUnavailable()
  })
}
