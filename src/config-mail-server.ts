import type { Values } from './config.js'
import { selectTrust } from './config-trust.js'
import type { AddFault } from './environment.js'
import type { MailServer } from './mail-server/session.js'

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
