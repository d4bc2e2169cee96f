import { z } from 'zod'
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
      'How a mailbox’s present password is checked: against the `hash` that the panel stores, or by a login to the mail server, `imap`.',
    ),
  REKEY_IMAP_URL: imapUrl()
    .optional()
    .describe(
      'For `imap`: `imaps://mail.example.com:993`, or `imap://` with STARTTLS. Plain `imap://` is taken only on the loopback.',
    ),
  REKEY_IMAP_CA_FILE: z
    .string()
    .optional()
    .describe(
      'For a mail server with a certificate of its own: a PEM file, as `HESTIA_CA_FILE`. With one, `imap://` on the loopback uses STARTTLS too.',
    ),
  REKEY_IMAP_CERT_SHA256: fingerprint()
    .optional()
    .describe('Instead: its fingerprint, as `HESTIA_CERT_SHA256`.'),
}

type Values = ValuesOf<typeof variables>

/** How a person's present mailbox password is checked. */
export function select(values: Values, addFault: AddFault, environment: Environment) {
  return {
    /** The mail server that checks mailbox passwords; undefined if they are compared with the panel's hashes. */
    mailServer: selectMailServer(values, addFault, environment),
  }
}

/** A mail server; `imap://` is upgraded by STARTTLS, but for one on the loopback. */
function imapUrl() {
  const message = 'must be the address of the mail server, such as imaps://mail.example.com:993'
  return url(message, (server, context) => {
    const isServer = server.protocol === 'imaps:' || server.protocol === 'imap:'
    if (!isServer || server.port === '0' || !isHost(server.hostname)) return undefined
    return isOrigin(server) ? server : fault(context, `${message}, and nothing behind it`)
  })
}

/** The mail server where it checks passwords; variables that would have no effect are faults. */
function selectMailServer(
  values: Values,
  addFault: AddFault,
  environment: Environment,
): MailServer | undefined {
  const { REKEY_MAILBOX_CHECK: check, REKEY_IMAP_URL: server } = values
  const { REKEY_IMAP_CA_FILE: caFile, REKEY_IMAP_CERT_SHA256: certificateSha256 } = values
  // A wrong value is neither, and told elsewhere.
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
  // A wrong address is told elsewhere.
  if (!environment.REKEY_IMAP_URL) addFault('REKEY_IMAP_URL must be set, because REKEY_MAILBOX_CHECK is imap')
  return undefined
}
