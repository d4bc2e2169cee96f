import { z } from 'zod'
import type { MailServer } from '../imap/session.js'
import type { AddFault } from './environment.js'
import { fingerprint, imapUrl } from './fields.js'
import type { Values } from './load.js'
import { selectTrust } from './trust.js'

export const mailServerVariables = {
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

/**
 * The mail server where it checks passwords; variables that would have no effect are faults.
 *
 * @param isUrlGiven whether there is an address, right or wrong
 */
export function selectMailServer(
  values: Values,
  isUrlGiven: boolean,
  addFault: AddFault,
): MailServer | undefined {
  const { REKEY_MAILBOX_CHECK: check, REKEY_IMAP_URL: url } = values
  const { REKEY_IMAP_CA_FILE: caFile, REKEY_IMAP_CERT_SHA256: certificateSha256 } = values
  // A wrong value is neither, and told elsewhere.
  if (check === 'hash') {
    const idle = Object.entries({
      REKEY_IMAP_URL: url,
      REKEY_IMAP_CA_FILE: caFile,
      REKEY_IMAP_CERT_SHA256: certificateSha256,
    })
    for (const [name, value] of idle) {
      if (value !== undefined) addFault(`${name} is set, but REKEY_MAILBOX_CHECK is not imap`)
    }
  }
  if (check !== 'imap') return undefined
  const trust = selectTrust('REKEY_IMAP', caFile, certificateSha256, addFault)
  if (url) return Object.freeze({ url, trust })
  if (!isUrlGiven) addFault('REKEY_IMAP_URL must be set, because REKEY_MAILBOX_CHECK is imap')
  return undefined
}
