import type { ImapFlowError } from 'imapflow'
import { MailServerFault, type MailServerFaultReason } from '../core/mail-server-port.js'
import type { SessionEnd } from './session.js'
import { SessionFault } from './session-fault.js'

/**
 * A tagged NO about the credentials: with a response code that RFC 5530, section 3, has for them, or without any code, as from
 * older servers.
 */
const REFUSAL = /^\S+ NO(?:$| (?!\[)| \[(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED)\])/i

/** Refusals that say nothing about the password, because they can happen with the right one too (RFC 5530, section 3). */
const SAYS_NOTHING: ReadonlySet<MailServerFaultReason> = new Set(['refused-temporarily', 'login-disabled'])

const CLOSED = /^(?:NoConnection|EConnectionClosed|StateLogout|ClosedAfterConnect.*|ECONNRESET|EPIPE)$/
const UNREACHABLE = /^(?:ECONNREFUSED|ENOTFOUND|EAI_.*|ETIMEDOUT|EHOST.*|ENET.*|EADDR.*|EACCES|EPERM)$/
const TIMED_OUT = /TIMEOUT$/
const TEMPORARY = /^(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG)$/

/** Whether the server refused the credentials themselves. */
export function refusedCredentials({ error, passwordSent }: SessionEnd): boolean {
  const { response } = detailsOf(error)
  return passwordSent && typeof response === 'string' && REFUSAL.test(response)
}

/**
 * Whether LOGIN can't carry the credentials because they contain a line end (RFC 9051, section 9, `quoted`). They weren't sent.
 */
export function unsendable({ error }: SessionEnd): boolean {
  return detailsOf(error).code === 'InvalidStringValue'
}

/** Why a session ended without the server's answer about the credentials. */
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
