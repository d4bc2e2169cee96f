import { Redis } from 'ioredis'
import type { Secret } from '../lib/secret.js'

interface HostAndPort {
  readonly host: string
  readonly port: number
}

/** The sentinels that know which of several servers is the primary. */
export interface Sentinels {
  readonly sentinels: readonly HostAndPort[]
  /** As the sentinels call the primary. */
  readonly primary: string
  /** Of the sentinels themselves. */
  readonly sentinelPassword: Secret | undefined
}

/** Where a Redis or Valkey server is, and how it lets us in. */
export interface RedisAddress {
  /** A host, the path of a socket, or those who know the host. */
  readonly at: HostAndPort | { readonly path: string } | Sentinels
  /** To the server, and to the sentinels. */
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

/** Said in any case: NODE_TLS_REJECT_UNAUTHORIZED could turn Node's own default off. */
const TLS = { rejectUnauthorized: true }

/**
 * Connects, and goes on trying as long as it can't; commands fail at once meanwhile. Nothing is sent twice. Each connection looks
 * the server's name up anew, or asks the sentinels.
 */
export function createRedisClient({ at, tls, username, password, database }: RedisAddress): Redis {
  const client = new Redis({
    ...('sentinels' in at ? askSentinels(at, tls) : at),
    ...(username !== undefined && { username }),
    ...(password && { password: password.reveal() }),
    db: database,
    ...(tls && { tls: TLS }),
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
    // It would go on in database 0 if it was refused the one it asked for.
    if (name === 'ReplyError') client.disconnect(true)
  })
  return client
}

function askSentinels({ sentinels, primary, sentinelPassword }: Sentinels, tls: boolean) {
  return {
    sentinels: [...sentinels],
    name: primary,
    ...(sentinelPassword && { sentinelPassword: sentinelPassword.reveal() }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: TLS }),
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    sentinelRetryStrategy: () => PAUSE_MS,
  }
}

/**
 * Why a command or a connection failed: the code of a system error, or the word that Redis puts first, such as `WRONGPASS`.
 * Undefined if the connection was closed: that has another reason.
 */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string | undefined {
  if (code !== undefined) return code
  if (message === 'Command timed out') return 'timed-out'
  if (message.startsWith('All sentinels are unreachable')) return 'no-primary'
  // Redis 6 puts a word before the one of the command that failed in a script.
  return /: -([A-Z]+) /.exec(message)?.[1] ?? /^[A-Z]{2,}/.exec(message)?.[0]
}
