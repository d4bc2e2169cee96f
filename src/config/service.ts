import { z } from 'zod'
import { clients, networks, trustedProxies } from './callers.js'
import { basePath, choices, flag, integer, parseUrl } from './fields.js'
import { listenAddress } from './metrics-listener.js'
import { breachUrl } from './passwords.js'

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const

const MAIL_URI = /^mailto:[\w.%+-]+@[a-z\d.-]+$/i
const PHONE_URI = /^tel:\+?[\d().-]+$/i

export const serviceVariables = {
  REKEY_HOST: z.string().default('127.0.0.1').describe('The address to listen on.'),
  REKEY_PORT: integer(0, 65_535, 8080).describe('The port to listen on; 0 takes any that is free.'),
  REKEY_BASE_PATH: basePath().describe('The path under which a proxy serves Rekey, such as `/password`.'),
  REKEY_LOG_LEVEL: z
    .enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info')
    .describe('From which level on lines are written to the log.'),
  REKEY_LOG_MAILBOX: z
    .enum(['plain', 'hashed'], 'must be plain or hashed')
    .default('plain')
    .describe(
      'How the log names mailboxes and hosting accounts: as they are, or by hashes with a key that each start makes anew (see [audit-log.md](audit-log.md)).',
    ),
  REKEY_METRICS_ADDRESS: listenAddress().describe(
    'Where Prometheus finds `/metrics`, such as `127.0.0.1:9464`; off by default: [operations.md](operations.md#metrics).',
  ),
  REKEY_SECURITY_CONTACT: contactUri()
    .optional()
    .describe(
      'Whom to tell of a hole in the service: `https:`, `mailto:` or `tel:`. With it `/.well-known/security.txt` is served (RFC 9116).',
    ),
}

export const callerVariables = {
  REKEY_TRUST_PROXY: trustedProxies().describe(
    'Whose `X-Forwarded-For` to believe: a number of proxies, or their addresses and networks, joined by commas.',
  ),
  REKEY_CLIENTS: clients().describe(
    'Programs that may name the person’s address: `NAME=TOKEN`, several joined by commas or on lines of their own; a token has 32 characters or more, as `openssl rand -hex 32` makes it.',
  ),
  REKEY_WEBMAIL_ADDRESSES: networks('loopback').describe(
    'The webmail servers that may use the forms without a token: addresses and networks, joined by commas.',
  ),
}

export const proofVariables = {
  REKEY_MODES: choices(['mailbox', 'account']).describe('The ways of proof that are offered.'),
  REKEY_ALLOW_ADMIN_ACCOUNTS: flag(false).describe(
    'Whether the panel’s administrators may prove themselves by their panel password.',
  ),
  REKEY_PASSWORD_MIN_LENGTH: integer(8, 64, 12).describe('The least number of characters of a new password.'),
  REKEY_PASSWORD_MIN_SCORE: integer(0, 4, 3).describe(
    'How hard a new password must be to guess, from 0 (no matter) to 4, on the scale of zxcvbn.',
  ),
  REKEY_BREACH_CHECK: z
    .enum(['off', 'online'], 'must be off or online')
    .default('off')
    .describe(
      'Whether a new password may be one that is known from breaches: `online` asks `REKEY_BREACH_URL`, which learns five hex digits of its SHA-1.',
    ),
  REKEY_BREACH_URL: breachUrl().describe(
    'For `online`: where `/range/` of Pwned Passwords is served. Plain `http://` is taken only on the loopback.',
  ),
  REKEY_BREACH_FAIL: z
    .enum(['accept', 'refuse'], 'must be accept or refuse')
    .default('accept')
    .describe(
      'For `online`: whether to `accept` or to `refuse` a password where no answer comes within 2 s.',
    ),
}

/** Whom people turn to, as a URI of one line: a page, a mailbox or a telephone. */
function contactUri() {
  return z
    .string()
    .refine(
      (value) => MAIL_URI.test(value) || PHONE_URI.test(value) || isPage(value),
      'must be an address such as https://example.org/contact, mailto:security@example.org or tel:+1-201-555-0123',
    )
}

function isPage(value: string): boolean {
  return /^https:\/\/[\x21-\x7e]+$/.test(value) && parseUrl(value)?.username === ''
}
