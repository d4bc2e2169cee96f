import * as z from 'zod'
import type { MailServer } from '../imap/session.js'
import type { AddFault, Environment } from './environment.js'
import { fault, fingerprint, isHost, isOrigin, url, type ValuesOf } from './fields.js'
import { selectTrust } from './trust.js'

export const title = 'The mail server'

export const variables = {
  REKEY_MAILBOX_CHECK: z
    .enum(['hash', 'imap'], 'must be hash or imap')
    .default('hash')
    .describe(
      'How Rekey checks a mailbox’s current password: against the hash that the panel stores, or by a login to the [mail server](mail-server.md#checking-passwords-at-the-mail-server).',
    ),
  REKEY_IMAP_URL: imapUrl()
    .optional()
    .describe(
      'Required with `imap`: the mail server’s address, such as `imaps://mail.example.com:993`. `imap://` uses STARTTLS, except on the loopback.',
    ),
  REKEY_IMAP_CA_FILE: z
    .string()
    .optional()
    .describe('As `HESTIA_CA_FILE`, for the mail server. `imap://` then uses STARTTLS on the loopback too.'),
  REKEY_IMAP_CERT_SHA256: fingerprint().optional().describe('As `HESTIA_CERT_SHA256`, for the mail server.'),
}

type Values = ValuesOf<typeof variables>

/** How Rekey checks a mailbox's current password. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    /** The mail server that checks mailbox passwords; undefined if Rekey checks them with the panel's hashes. */
    mailServer: selectMailServer(values, addFault, environment),
  }
}

/** A mail server. `imap://` uses STARTTLS, except on the loopback. */
function imapUrl() {
  const message = 'must be the address of the mail server, such as imaps://mail.example.com:993'
  const loginHint = ', without a name and a password: Rekey logs in with those of each mailbox'
  return url(
    message,
    (server, context) => {
      const isServer = server.protocol === 'imaps:' || server.protocol === 'imap:'
      if (!isServer || server.port === '0' || !isHost(server.hostname)) return undefined
      if (server.username || server.password) return undefined
      return isOrigin(server) ? server : fault(context, `${message}, with nothing after the port`)
    },
    loginHint,
  )
}

/** The mail server, if it checks passwords. A variable that would have no effect is an error. */
function selectMailServer(
  values: Values,
  addFault: AddFault,
  environment: Environment,
): MailServer | undefined {
  const { REKEY_MAILBOX_CHECK: check, REKEY_IMAP_URL: server } = values
  const { REKEY_IMAP_CA_FILE: caFile, REKEY_IMAP_CERT_SHA256: certificateSha256 } = values
  // An invalid value is neither `hash` nor `imap`; its field reports it.
  if (check === 'hash') {
    const idle = Object.entries({
      REKEY_IMAP_URL: server,
      REKEY_IMAP_CA_FILE: caFile,
      REKEY_IMAP_CERT_SHA256: certificateSha256,
    })
    for (const [name, value] of idle) {
      if (value !== undefined) addFault(`${name} is set, but REKEY_MAILBOX_CHECK is not imap`)
    }
  }
  if (check !== 'imap') return undefined
  const trust = selectTrust('REKEY_IMAP', caFile, certificateSha256, addFault)
  if (server) return Object.freeze({ url: server, trust })
  // If the address is invalid, its field reports it.
  if (!environment.REKEY_IMAP_URL) addFault('REKEY_IMAP_URL must be set, because REKEY_MAILBOX_CHECK is imap')
  return undefined
}
