import type { MailServerFaultReason } from '../core/mail-server-port.js'
import type { ProbeFault } from '../notification/smtp-sender.js'
import type { StoreState } from '../store/redis-health.js'
import { type Finding, fault, ok, warning } from './finding.js'

/** Writes to the store as an attempt does, and returns the store's state. */
export type ProbeStore = () => Promise<StoreState>

/** @param probe undefined if no store is configured */
export async function findStore(probe: ProbeStore | undefined): Promise<Finding> {
  if (!probe) return ok('store', 'not in use: run only one instance')
  const { event, reason = 'no answer' } = await probe()
  switch (event) {
    case 'store-ready':
      return ok('store', 'Redis accepts writes, and doesn’t evict keys')
    case 'store-is-cluster': {
      const fix = 'Use Redis without cluster mode: a single server, or one with replicas and Sentinel.'
      return fault('store', event, `Redis is a cluster, which Rekey can’t use (${reason})`, fix)
    }
    case 'store-evicts': {
      const found = `Redis may evict locks and counts if its memory is full (maxmemory-policy ${reason})`
      return fault('store', event, found, 'Set `maxmemory-policy noeviction`, and give Redis enough memory.')
    }
    case 'store-unchecked': {
      const found = `Redis accepts writes, but Rekey can’t check its maxmemory-policy (${reason})`
      const fix =
        'Allow INFO for Rekey’s user (`ACL SETUSER NAME +info`), or check yourself that `maxmemory-policy` is `noeviction`.'
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
        'Correct the name, password and database in REKEY_REDIS_URL; docs/install.md has the permissions that the user needs.'
      return fault('store', 'store-refused', `Redis refuses Rekey’s login or a command (${reason})`, fix)
    }
    case 'READONLY': {
      const fix = 'Set REKEY_REDIS_URL to the primary, or to the sentinels that know it.'
      return fault('store', 'store-read-only', `Redis is a replica and refuses writes (${reason})`, fix)
    }
    case 'LOADING': {
      const fix = 'Wait until it has finished; its log shows the progress.'
      return fault('store', 'store-loading', `Redis is still loading its data (${reason})`, fix)
    }
    case 'OOM': {
      const fix = 'Raise `maxmemory`, or move the data of other programs to another server.'
      return fault('store', 'store-full', `Redis is out of memory and refuses writes (${reason})`, fix)
    }
    case 'MISCONF': {
      const fix = 'Free space on its disk (see its log), or turn snapshots off (`save ""`).'
      return fault(
        'store',
        'store-not-saving',
        `Redis can’t save its data and refuses writes (${reason})`,
        fix,
      )
    }
    case 'no-primary': {
      const fix =
        'Start the sentinels, or correct their addresses, their password and the primary’s name in REKEY_REDIS_URL.'
      return fault('store', 'store-no-primary', `no sentinel knows the Redis primary (${reason})`, fix)
    }
    default: {
      const fix =
        'Start Redis, or correct REKEY_REDIS_URL; rediss:// requires a certificate that this host trusts.'
      return fault('store', 'store-unavailable', `Redis can’t be reached (${reason})`, fix)
    }
  }
}

/** Connects to the mail server without a login. Returns the reason if a login isn't possible. */
export type ProbeMailServer = () => Promise<MailServerFaultReason | undefined>

/** @param probe undefined if no mail server checks passwords */
export async function findMailServer(probe: ProbeMailServer | undefined): Promise<Finding> {
  if (!probe) return ok('mail-server', 'not in use: Rekey checks passwords with the panel’s hashes')
  const reason = await probe()
  switch (reason) {
    case undefined:
      return ok('mail-server', 'it accepts connections and logins')
    case 'tls-refused':
    case 'no-starttls': {
      const fix =
        'Correct REKEY_IMAP_URL, or set REKEY_IMAP_CERT_SHA256 to the fingerprint that `openssl x509 -noout -fingerprint -sha256` prints for its certificate.'
      return fault('mail-server', 'mail-server-tls', `it has no TLS that Rekey can trust (${reason})`, fix)
    }
    case 'login-disabled':
    case 'refused-temporarily': {
      const fix = 'Let the mail server accept passwords from this host; its log says why it doesn’t.'
      return fault('mail-server', 'mail-server-refuses', `it accepts no logins (${reason})`, fix)
    }
    default: {
      const fix = 'Start the mail server, or correct REKEY_IMAP_URL.'
      return fault('mail-server', 'mail-server-unavailable', `it can’t be reached or used (${reason})`, fix)
    }
  }
}

/** Starts to send a notification and stops before its text. Returns why the server would refuse it. */
export type ProbeNotificationServer = () => Promise<ProbeFault | undefined>

/** Error codes of OpenSSL, Node, the mail client and Rekey for TLS that can't be used or trusted. */
const TLS_FAULT = /CERT|TLS|SSL|UNABLE_TO|^tls-/

/** @param probe undefined if notifications are off */
export async function findNotificationServer(probe: ProbeNotificationServer | undefined): Promise<Finding> {
  const check = 'notifications'
  if (!probe) return ok(check, 'not in use: Rekey sends no mail after a change')
  const failed = await probe()
  if (!failed) return ok(check, 'the mail server accepts notifications')
  const { errorCode, smtpStatus, refused } = failed
  const reason = smtpStatus === undefined ? errorCode : `${errorCode}, ${smtpStatus}`
  if (refused === 'sender') {
    const found = `the mail server refuses mail from REKEY_MAIL_FROM (${smtpStatus})`
    return fault(
      check,
      'notification-refused',
      found,
      'Its log says why. It may require a login, another host name (REKEY_SMTP_HELO) or another sender.',
    )
  }
  if (refused === 'recipient') {
    const found = `the mail server refuses mail to the address in REKEY_MAIL_FROM (${smtpStatus})`
    const fix =
      'Check in its log that it accepts mail for mailboxes. Create the address if you want to receive bounces.'
    return warning(check, 'notification-recipient-refused', found, fix)
  }
  if (errorCode === 'EAUTH') {
    const found = `the mail server for notifications refuses the login (${reason})`
    return fault(
      check,
      'notification-server-refused',
      found,
      'Correct the name and password in REKEY_SMTP_URL, or REKEY_SMTP_PASSWORD.',
    )
  }
  if (errorCode === 'login-not-offered') {
    const found = 'REKEY_SMTP_URL has a login, but the mail server offers none on this port'
    const fix =
      'Use the port for logins, usually smtp:// with 587 or smtps:// with 465, or remove the name and password from REKEY_SMTP_URL.'
    return fault(check, 'notification-login-not-offered', found, fix)
  }
  if (TLS_FAULT.test(errorCode)) {
    const found = `the mail server for notifications has no TLS that Rekey can trust (${reason})`
    const fix =
      'Correct REKEY_SMTP_URL, or set REKEY_SMTP_CERT_SHA256 to the fingerprint that `openssl x509 -noout -fingerprint -sha256` prints for its certificate.'
    return fault(check, 'notification-server-tls', found, fix)
  }
  const found = `the mail server for notifications can’t be reached or used (${reason})`
  const fix = 'Start the mail server, or correct REKEY_SMTP_URL.'
  return fault(check, 'notification-server-unavailable', found, fix)
}
