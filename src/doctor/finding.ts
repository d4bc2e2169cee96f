/** The codes of faults and warnings. `docs/troubleshooting.md` has a row for each. */
export const doctorCodes = [
  'configuration-wrong',
  'name-unknown',
  'name-not-resolved',
  'connection-refused',
  'connection-timed-out',
  'connection-failed',
  'tls-failed',
  'tls-pin-differs',
  'tls-wrong-name',
  'tls-expired',
  'tls-not-yet-valid',
  'tls-unknown-issuer',
  'tls-untrusted',
  'tls-expires-soon',
  'api-disabled',
  'panel-unexpected',
  'address-not-allowed',
  'key-refused',
  'not-administrator',
  'permission-missing',
  'escaped-name-refused',
  'legacy-key',
  'key-may-do-more',
  'clock-skew',
  'store-unavailable',
  'store-refused',
  'store-no-primary',
  'store-read-only',
  'store-loading',
  'store-full',
  'store-not-saving',
  'store-is-cluster',
  'store-evicts',
  'store-unchecked',
  'recovery-store-unavailable',
  'recovery-store-not-saved',
  'recovery-store-snapshots',
  'recovery-store-unchecked',
  'mail-server-unavailable',
  'mail-server-tls',
  'mail-server-refuses',
  'notification-server-unavailable',
  'notification-server-tls',
  'notification-server-refused',
  'notification-login-not-offered',
  'notification-refused',
  'notification-recipient-refused',
  'socket-not-answered',
  'proxy-not-trusted',
  'listens-in-clear',
  'service-unreachable',
  'service-tls',
  'service-plain-http',
  'not-the-service',
  'base-path-differs',
  'well-known-missing',
  'headers-changed',
  'service-not-ready',
  'forged-address-believed',
  'address-is-a-proxy',
  'address-unexpected',
] as const

export type DoctorCode = (typeof doctorCodes)[number]

/** The checks. */
export type Check =
  | 'configuration'
  | 'name'
  | 'connection'
  | 'tls'
  | 'api'
  | 'address'
  | 'key'
  | 'permissions'
  | 'key-scope'
  | 'dotted-names'
  | 'release'
  | 'clock'
  | 'store'
  | 'recovery-store'
  | 'mail-server'
  | 'notifications'
  | 'socket'
  | 'proxy'
  | 'service'
  | 'base-path'
  | 'well-known'
  | 'headers'
  | 'readiness'
  | 'client-address'

/** The result of one check. It never contains a secret or another server's text. */
export type Finding =
  | { readonly check: Check; readonly status: 'ok' | 'not-checked'; readonly found: string }
  | {
      readonly check: Check
      readonly status: 'warning' | 'fault'
      readonly code: DoctorCode
      readonly found: string
      /** How to fix it, in one line. */
      readonly fix: string
    }

export function ok(check: Check, found: string): Finding {
  return { check, status: 'ok', found }
}

export function fault(check: Check, code: DoctorCode, found: string, fix: string): Finding {
  return { check, status: 'fault', code, found, fix }
}

export function warning(check: Check, code: DoctorCode, found: string, fix: string): Finding {
  return { check, status: 'warning', code, found, fix }
}

export function notChecked(check: Check, found: string): Finding {
  return { check, status: 'not-checked', found }
}
