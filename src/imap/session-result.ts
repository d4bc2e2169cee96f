import type { ImapFlowError } from 'imapflow'
import { MailServerFault, type MailServerFaultReason } from '../core/mail-server-port.js'
import type { SessionEnd } from './session.js'
import { SessionFault } from './session-fault.js'

/**
 * A tagged NO that speaks of the credentials: with one of the response codes that RFC 5530 section 3 gives to them, or
 * without any, as older servers refuse them.
 */
const REFUSAL = /^\S+ NO(?:$| (?!\[)| \[(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED)\])/i

/** Refusals that are no verdict: a right password meets them as well as a wrong one (RFC 5530 section 3). */
const SAYS_NOTHING: ReadonlySet<MailServerFaultReason> = new Set(['refused-temporarily', 'login-disabled'])

const CLOSED = /^(?:NoConnection|EConnectionClosed|StateLogout|ClosedAfterConnect.*|ECONNRESET|EPIPE)$/
const UNREACHABLE = /^(?:ECONNREFUSED|ENOTFOUND|EAI_.*|ETIMEDOUT|EHOST.*|ENET.*|EADDR.*|EACCES|EPERM)$/
const TIMED_OUT = /TIMEOUT$/
const TEMPORARY = /^(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)$/

/** Whether the server refused the credentials, and nothing else. */
export function refusedCredentials({ error, passwordSent }: SessionEnd): boolean {
  const { response } = detailsOf(error)
  return passwordSent && typeof response === 'string' && REFUSAL.test(response)
}

/** Whether LOGIN can't carry the credentials, which were not sent: they hold a line end (RFC 9051 section 9, `quoted`). */
export function unsendable({ error }: SessionEnd): boolean {
  return detailsOf(error).code === 'InvalidStringValue'
}

/** Why a session ended in which the server did not say whether the credentials are right. */
export function faultOf(end: SessionEnd): MailServerFault {
  const reason = end.error instanceof SessionFault ? end.error.reason : reasonOf(end)
  return new MailServerFault(reason, end.passwordSent && !SAYS_NOTHING.has(reason))
}

function reasonOf({ error, connected, loginDisabled }: SessionEnd): MailServerFaultReason {
  const { code = '', tlsFailed, serverResponseCode = '' } = detailsOf(error)
  if (TIMED_OUT.test(code)) return 'timed-out'
  if (CLOSED.test(code)) return 'closed'
  if (UNREACHABLE.test(code)) return 'unreachable'
  if (!connected) return 'tls-refused'
  if (tlsFailed) return code === '' ? 'no-starttls' : 'tls-refused'
  if (TEMPORARY.test(serverResponseCode)) return 'refused-temporarily'
  if (loginDisabled || serverResponseCode === 'PRIVACYREQUIRED') return 'login-disabled'
  return 'unexpected-answer'
}

function detailsOf(error: unknown): Partial<ImapFlowError> {
  return error instanceof Error ? error : {}
}
