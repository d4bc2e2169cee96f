import { Redis } from 'ioredis'
import type { Secret } from '../lib/secret.js'

interface HostAndPort {
  readonly host: string
  readonly port: number
}

/** Sentinels, which know the primary of several servers. */
export interface Sentinels {
  readonly sentinels: readonly HostAndPort[]
  /** The sentinels' name for the primary. */
  readonly primary: string
  /** The password of the sentinels themselves. */
  readonly sentinelPassword: Secret | undefined
}

/** The address of a Redis or Valkey server, and the credentials for it. */
export interface RedisAddress {
  /** A host, a socket's path, or sentinels. */
  readonly at: HostAndPort | { readonly path: string } | Sentinels
  /** For the server and the sentinels. */
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: Secret | undefined
  readonly database: number
}

const CONNECT_TIMEOUT_MS = 1000
/** Longer than a busy process takes to read a reply: one that came in time must not count as late. */
const COMMAND_TIMEOUT_MS = 2000
/** A lost server doesn't answer when the connection is closed. */
const DISCONNECT_TIMEOUT_MS = 250
const PAUSE_MS = 250

/** The errors of a demoted, restarted or isolated primary. Another server may have its name by now. */
const ELSEWHERE = new Set(['READONLY', 'LOADING', 'MASTERDOWN', 'NOREPLICAS'])

/** Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED could turn off Node's default. */
const TLS = { rejectUnauthorized: true }

/**
 * Connects, and keeps trying; meanwhile, commands fail at once. Nothing is sent twice. Each connection looks up the server's name
 * again, or asks the sentinels.
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
    // It writes to the console, and says less than our check.
    enableReadyCheck: false,
    retryStrategy: () => PAUSE_MS,
    reconnectOnError: (error) => ELSEWHERE.has(reasonOf(error) ?? ''),
  })
  client.on('error', ({ name }: Error) => {
    // If Redis refuses the database, the client would go on with database 0.
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
 * Why a command or a connection failed: the code of a system error, or the first word of Redis's error, such as `WRONGPASS`.
 * Undefined for a closed connection, whose cause is another error.
 */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string | undefined {
  if (code !== undefined) return code
  if (message === 'Command timed out') return 'timed-out'
  if (message.startsWith('All sentinels are unreachable')) return 'no-primary'
  // Redis 6 puts another word before the error of a command in a script.
  return /: -([A-Z]+) /.exec(message)?.[1] ?? /^[A-Z]{2,}/.exec(message)?.[0]
}
