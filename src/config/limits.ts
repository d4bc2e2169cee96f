import { integer, limit } from './fields.js'
import { redisUrl } from './store.js'

export const limitVariables = {
  REKEY_LIMIT_ADDRESS: limit(30, '15m').describe(
    'Submissions from one address, whatever they hold; of a client’s, those that can be read.',
  ),
  REKEY_LIMIT_FAILURES: limit(5, '15m').describe(
    'Refused credentials per mailbox and per hosting account, from one address; a success forgets them.',
  ),
  REKEY_LIMIT_TARGET: limit(20, '1h').describe(
    'Refused credentials per mailbox and per hosting account, from anywhere.',
  ),
  REKEY_REDIS_URL: redisUrl().describe(
    'Where several instances share limits and locks: `redis://`, or `rediss://` for TLS, as in `redis://NAME:PASSWORD@HOST:6379/0`; or a socket, `unix:///run/redis.sock?password=…&db=0`. Redis or Valkey.',
  ),
}

export const timeVariables = {
  REKEY_REFUSAL_DELAY_MS: integer(0, 10_000, 1000).describe(
    'Refusals of credentials leave so long after their request, or at a whole multiple of it where the panel takes longer. Keep it above the time of three panel commands, and of a login that the mail server refuses.',
  ),
  REKEY_REQUEST_TIMEOUT_MS: integer(1000, 120_000, 30_000).describe(
    'How long waiting, checking and changing may take together; a change is not begun in the last quarter.',
  ),
}
