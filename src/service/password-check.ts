import type { Config } from '../config/load.js'
import type { MailLogin } from '../core/mail-server-port.js'
import { type CheckReadiness, rememberReadiness } from '../core/readiness.js'
import { checkByMailLogin, checkByStoredHash, type PasswordCheck } from '../core/verify-password.js'
import { isPasswordOf } from '../hashes/hash-check.js'
import type { Clock } from '../lib/clock.js'

/** Checks mailbox passwords. */
export interface MailChecks {
  readonly checkPassword: PasswordCheck
  readonly checkReadiness: CheckReadiness
  /** Logs in for background checks, with its own queue; undefined without a mail server. */
  readonly logInAfterwards: MailLogin | undefined
}

/** Dovecot delays a refused login by 2 s, and by up to 15 s for an address that keeps failing. */
const TIMEOUT_MS = 20_000
const MAX_CONCURRENCY = 8
const MAX_CONCURRENCY_AFTERWARDS = 2

/** Checks passwords with the panel's hashes or at the mail server, as configured. */
export function createMailChecks({ mailServer }: Config, clock: Clock): MailChecks {
  if (!mailServer) {
    return {
      checkPassword: checkByStoredHash(isPasswordOf),
      checkReadiness: async () => [],
      logInAfterwards: undefined,
    }
  }
  // The IMAP client takes a tenth of the service's memory, so it is loaded only if it is needed.
  const loaded = import('../imap/imap-login.js').then(({ createImapLogin, createImapProbe }) => {
    const server = { ...mailServer, timeoutMs: TIMEOUT_MS }
    return {
      logIn: createImapLogin({ ...server, maxConcurrency: MAX_CONCURRENCY }),
      logInAfterwards: createImapLogin({ ...server, maxConcurrency: MAX_CONCURRENCY_AFTERWARDS }),
      probe: createImapProbe(server),
    }
  })
  return {
    logInAfterwards: async (...login) => (await loaded).logInAfterwards(...login),
    checkPassword: checkByMailLogin(async (...login) => (await loaded).logIn(...login)),
    checkReadiness: rememberReadiness(
      async () => {
        const fault = await (await loaded).probe()
        return fault ? [{ code: `mail-server-${fault.reason}` }] : []
      },
      { code: 'mail-server-not-checked-yet' },
      clock,
    ),
  }
}
