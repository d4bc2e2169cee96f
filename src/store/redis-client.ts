import { Redis } from 'ioredis'
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

const CONNECT_TIMEOUT_MS = 1000
/** Longer than a busy process leaves an answer unread: one that came in time must not be taken for one that did not. */
const COMMAND_TIMEOUT_MS = 2000
/** A server that is gone doesn't answer the end of a connection. */
const DISCONNECT_TIMEOUT_MS = 250
const PAUSE_MS = 250

/** What a demoted, restarted or isolated primary says: behind the same name or proxy there may be another by now. */
const ELSEWHERE = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'NOREPLICAS'])

/**
 * Connects, and goes on trying as long as it can't; commands fail at once meanwhile. Nothing is sent twice. Each connection looks
 * the server's name up anew.
 */
export function createRedisClient({ at, tls, username, password, database }: RedisAddress): Redis {
  const client = new Redis({
    ...at,
    ...(username !== undefined && { username }),
    ...(password && { password: password.reveal() }),
    db: database,
    // Said in any case: NODE_TLS_REJECT_UNAUTHORIZED could turn Node's own default off.
    ...(tls && { tls: { rejectUnauthorized: true } }),
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // It writes to the console, and says less than our own check.
    enableReadyCheck: false,
    retryStrategy: () => PAUSE_MS,
    reconnectOnError: (error) => ELSEWHERE.has(reasonOf(error) ?? ''),
  })
  client.on('error', ({ name }: Error) => {
    // It would go on in database 0 where it was refused its own.
    if (name === 'ReplyError') client.disconnect(true)
  })
  return client
}

/**
 * Why a command or a connection failed: the code of a system error, or the word that Redis puts first, such as `WRONGPASS`.
 * Undefined where the connection was closed, which has a reason of its own.
 */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string | undefined {
  if (code !== undefined) return code
  if (message === 'Command timed out') return 'timed-out'
  // Redis 6 puts a word of its own before the one of the command that failed in a script.
  return /: -([A-Z]+) /.exec(message)?.[1] ?? /^[A-Z]{2,}/.exec(message)?.[0]
}
