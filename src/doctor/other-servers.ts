import type { MailServerFaultReason } from '../core/mail-server-port.js'
import { type Finding, fault, ok } from './finding.js'

/** Tries the store that instances share; a word for why it can't be used, such as `ECONNREFUSED` or `WRONGPASS`. */
export type ProbeStore = () => Promise<string | undefined>

/** @param probe undefined where no store is configured */
export async function findStore(probe: ProbeStore | undefined): Promise<Finding> {
  if (!probe) return ok('store', 'not in use: run one instance alone')
  const reason = await probe()
  if (reason === undefined) return ok('store', 'Redis answers')
  if (/^(?:WRONGPASS|NOAUTH|NOPERM|ERR)$/.test(reason)) {
    const fix = 'Correct name, password and database in REKEY_REDIS_URL.'
    return fault('store', 'store-refused', `Redis does not let Rekey in (${reason})`, fix)
  }
  const fix = 'Start it, or correct REKEY_REDIS_URL; rediss:// wants a certificate that this host trusts.'
  return fault('store', 'store-unavailable', `Redis can’t be reached (${reason})`, fix)
}

/** Connects to the mail server without logging in; the reason if no login could be tried. */
export type ProbeMailServer = () => Promise<MailServerFaultReason | undefined>

/** @param probe undefined where no mail server checks passwords */
export async function findMailServer(probe: ProbeMailServer | undefined): Promise<Finding> {
  if (!probe) return ok('mail-server', 'not in use: passwords are held against the panel’s hashes')
  const reason = await probe()
  switch (reason) {
    case undefined:
      return ok('mail-server', 'it can be asked for a login')
    case 'tls-refused':
    case 'no-starttls': {
      const fix =
        'Correct REKEY_IMAP_URL, or set REKEY_IMAP_CERT_SHA256 to what `openssl x509 -noout -fingerprint -sha256` prints for its certificate.'
      return fault('mail-server', 'mail-server-tls', `its TLS can’t be trusted (${reason})`, fix)
    }
    case 'login-disabled':
    case 'refused-temporarily': {
      const fix = 'See the log of the mail server: it must take passwords from this host.'
      return fault('mail-server', 'mail-server-refuses', `it takes no login (${reason})`, fix)
    }
    default: {
      const fix = 'Start the mail server, or correct REKEY_IMAP_URL.'
      return fault(
        'mail-server',
        'mail-server-unavailable',
        `it does not answer as it should (${reason})`,
        fix,
      )
    }
  }
}

/** Logs in to the mail server for notifications, and sends nothing; a word for why that failed, such as `EAUTH`. */
export type ProbeNotificationServer = () => Promise<string | undefined>

/** @param probe undefined where nobody is told of changes by mail */
export async function findNotificationServer(probe: ProbeNotificationServer | undefined): Promise<Finding> {
  if (!probe) return ok('notifications', 'not in use: nobody is told of a change by mail')
  const reason = await probe()
  if (reason === undefined) return ok('notifications', 'the mail server for notifications lets Rekey in')
  if (reason === 'EAUTH') {
    const fix = 'Correct name and password in REKEY_SMTP_URL.'
    return fault(
      'notifications',
      'notification-server-refused',
      `the mail server for notifications does not let Rekey in (${reason})`,
      fix,
    )
  }
  const fix =
    'Start it, or correct REKEY_SMTP_URL: it must offer TLS with a certificate that this host trusts, but on the loopback.'
  return fault(
    'notifications',
    'notification-server-unavailable',
    `the mail server for notifications can’t be used (${reason})`,
    fix,
  )
}
