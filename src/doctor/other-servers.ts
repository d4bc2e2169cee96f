import type { MailServerFaultReason } from '../core/mail-server-port.js'
import type { ProbeFault } from '../notification/smtp-sender.js'
import type { StoreState } from '../store/redis-health.js'
import { type Finding, fault, ok, warning } from './finding.js'

/** Makes the write in the store that attempts make, and tells how the store is. */
export type ProbeStore = () => Promise<StoreState>

/** @param probe undefined where no store is configured */
export async function findStore(probe: ProbeStore | undefined): Promise<Finding> {
  if (!probe) return ok('store', 'not in use: run one instance alone')
  const { event, reason = 'no answer' } = await probe()
  switch (event) {
    case 'store-ready':
      return ok('store', 'Redis takes writes, and forgets nothing to make room')
    case 'store-is-cluster': {
      const fix = 'Use a Redis without cluster mode: a single server, or one with replicas and Sentinel.'
      return fault('store', event, `Redis is a cluster, which Rekey can’t use (${reason})`, fix)
    }
    case 'store-evicts': {
      const found = `Redis may remove locks and counts to make room (maxmemory-policy ${reason})`
      return fault('store', event, found, 'Set `maxmemory-policy noeviction`, and give Redis enough memory.')
    }
    case 'store-unchecked': {
      const found = `Redis takes writes, but doesn’t say whether it removes keys to make room (${reason})`
      const fix =
        'Let Rekey’s user run INFO (`ACL SETUSER NAME +info`), or see for yourself that `maxmemory-policy` is `noeviction`.'
      return warning('store', event, found, fix)
    }
    case 'store-lost':
      return findLost(reason)
  }
}

function findLost(reason: string): Finding {
  switch (reason) {
    case 'WRONGPASS':
    case 'NOAUTH':
    case 'NOPERM':
    case 'ERR': {
      const fix =
        'Correct name, password and database in REKEY_REDIS_URL; docs/install.md has the permissions that its user needs.'
      return fault('store', 'store-refused', `Redis does not let Rekey in (${reason})`, fix)
    }
    case 'READONLY': {
      const fix = 'Let REKEY_REDIS_URL name the primary, or the sentinels that know it.'
      return fault('store', 'store-read-only', `Redis is a replica and takes no writes (${reason})`, fix)
    }
    case 'LOADING': {
      const fix = 'Wait until it has; the log of Redis tells how far it is.'
      return fault('store', 'store-loading', `Redis hasn’t loaded its data yet (${reason})`, fix)
    }
    case 'OOM': {
      const fix = 'Raise `maxmemory`, or keep other programs’ data elsewhere.'
      return fault('store', 'store-full', `Redis has no memory left and takes no writes (${reason})`, fix)
    }
    case 'MISCONF': {
      const fix = 'Make room on its disk, as its log says, or turn snapshots off (`save ""`).'
      return fault(
        'store',
        'store-not-saving',
        `Redis can’t save its data and takes no writes (${reason})`,
        fix,
      )
    }
    case 'no-primary': {
      const fix =
        'Start the sentinels, or correct their addresses, their password and the name of the primary in REKEY_REDIS_URL.'
      return fault('store', 'store-no-primary', `no sentinel names a primary of Redis (${reason})`, fix)
    }
    default: {
      const fix = 'Start it, or correct REKEY_REDIS_URL; rediss:// wants a certificate that this host trusts.'
      return fault('store', 'store-unavailable', `Redis can’t be reached (${reason})`, fix)
    }
  }
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

/** Goes as far as a notification goes before its text, and takes it back; gives why one would not be taken. */
export type ProbeNotificationServer = () => Promise<ProbeFault | undefined>

/** What OpenSSL, Node, the mail client and we say of TLS that can't be used or trusted. */
const TLS_FAULT = /CERT|TLS|SSL|UNABLE_TO|^tls-/

/** @param probe undefined where nobody is told of changes by mail */
export async function findNotificationServer(probe: ProbeNotificationServer | undefined): Promise<Finding> {
  const check = 'notifications'
  if (!probe) return ok(check, 'not in use: nobody is told of a change by mail')
  const failed = await probe()
  if (!failed) return ok(check, 'the mail server would take a notification')
  const { errorCode, smtpStatus, refused } = failed
  const reason = smtpStatus === undefined ? errorCode : `${errorCode}, ${smtpStatus}`
  if (refused === 'sender') {
    const found = `the mail server refuses a notification from REKEY_MAIL_FROM (${smtpStatus})`
    return fault(
      check,
      'notification-refused',
      found,
      'Its log says why: it may want a login, another host name (REKEY_SMTP_HELO), or another sender.',
    )
  }
  if (refused === 'recipient') {
    const found = `the mail server takes no mail for the address in REKEY_MAIL_FROM (${smtpStatus})`
    const fix =
      'See in its log that it would take one for a mailbox. Without that address, nobody sees what bounces.'
    return warning(check, 'notification-recipient-refused', found, fix)
  }
  if (errorCode === 'EAUTH') {
    const found = `the mail server for notifications does not let Rekey in (${reason})`
    return fault(
      check,
      'notification-server-refused',
      found,
      'Correct name and password in REKEY_SMTP_URL, or REKEY_SMTP_PASSWORD.',
    )
  }
  if (errorCode === 'login-not-offered') {
    const found = 'REKEY_SMTP_URL has a login, and the mail server offers none there'
    const fix =
      'Use the port where it takes logins, mostly smtp:// with 587 or smtps:// with 465, or take name and password out of REKEY_SMTP_URL.'
    return fault(check, 'notification-login-not-offered', found, fix)
  }
  if (TLS_FAULT.test(errorCode)) {
    const found = `the TLS of the mail server for notifications can’t be trusted (${reason})`
    const fix =
      'Correct REKEY_SMTP_URL, or set REKEY_SMTP_CERT_SHA256 to what `openssl x509 -noout -fingerprint -sha256` prints for its certificate.'
    return fault(check, 'notification-server-tls', found, fix)
  }
  const found = `the mail server for notifications can’t be used (${reason})`
  return fault(check, 'notification-server-unavailable', found, 'Start it, or correct REKEY_SMTP_URL.')
}
