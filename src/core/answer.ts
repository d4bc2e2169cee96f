import type { Secret } from '../lib/secret.js'
import type { ReachedLimit, Verdict } from './attempt-limits.js'
import type { PanelFaultCode } from './panel-port.js'
import type { PasswordReason } from './password/rules.js'

/** What is wrong with one member of a request. */
export const fieldFaultCodes = [
  'not-json',
  'required',
  'unknown',
  'not-text',
  'not-object',
  'unreadable',
  'not-an-address',
  'character-not-allowed',
  'not-an-ip-address',
  'not-an-account-name',
  'not-a-code',
  'unknown-helper',
  'differs',
  'inside-mailbox',
] as const

export type FieldFaultCode = (typeof fieldFaultCodes)[number]

/** A fault and its JSON pointer (RFC 6901) into the request. */
export interface FieldFault {
  readonly pointer: string
  readonly code: FieldFaultCode
  /** Only with `character-not-allowed`. */
  readonly character?: string
}

/** A recovery address, as shown to a person who proved the mailbox's password. */
export interface ShownAddress {
  readonly masked: string
  /** Whether the change removed it. */
  readonly isEnded: boolean
  /** Removes it, for a limited time. */
  readonly removal: Secret
}

/** How an attempt ended, as far as Rekey knows. */
export type Outcome =
  | {
      readonly code: 'changed'
      /** `answered`: the panel said so. `confirmed`: its response was lost, and the stored hash accepts the new password. */
      readonly evidence: 'answered' | 'confirmed'
      /** Only if the mailbox's current password was the proof. */
      readonly recoveryAddress?: ShownAddress | undefined
    }
  | {
      readonly code:
        | 'invalid-credentials'
        | 'code-required'
        | 'mailbox-not-found'
        | 'mailbox-suspended'
        /** The change would destroy other mailboxes' logins: the panel's pattern matches them too. */
        | 'mailbox-ambiguous'
    }
  | { readonly code: 'password-rejected'; readonly reasons: readonly PasswordReason[] }
  | {
      readonly code: PanelFaultCode
      /** For the operator's log. */
      readonly reason: string
      /** The credentials were right, but no time was left for the change. */
      readonly proven?: boolean
      /** When another try makes sense (ms), if known. */
      readonly retryAfterMs?: number | undefined
    }
  | {
      readonly code: 'mail-server-unavailable'
      /** For the operator's log. */
      readonly reason: string
      /** Whether the mail server may have tried the password. */
      readonly credentialsSent: boolean
    }
  | {
      readonly code: 'store-unavailable' | 'breach-check-unavailable'
      /** For the operator's log. */
      readonly reason: string
    }
  | {
      /** Sent, but not confirmed. At the last check the old password was still in force. */
      readonly code: 'change-not-confirmed'
      /** For the operator's log. */
      readonly reason: 'answer-lost' | 'unexpected-exit-code'
    }
  | { readonly code: 'outcome-unknown' }
  | {
      readonly code: 'recovery-link-made'
      readonly url: Secret
      /** In Unix time. */
      readonly expiresMs: number
    }
  | { readonly code: 'recovery-links-ended' }
  /** Always the same answer. The request is carried out later, and nobody who asks learns the result. */
  | { readonly code: 'recovery-requested' }
  /** The link is forged, expired, used or replaced. */
  | { readonly code: 'recovery-invalid' }
  /** A link is on its way, if that's possible. */
  | { readonly code: 'recovery-address-sent' }
  | { readonly code: 'recovery-address-confirmed'; readonly mailbox: string }
  | { readonly code: 'recovery-address-removed' }
  /** It's too late to remove the address in this way. */
  | { readonly code: 'removal-expired' }
  /** Rekey can't check the mailbox's stored password, so it can't bind an address to it. */
  | { readonly code: 'change-password-first' }

/** A refusal by the HTTP layer. */
export type RequestRefusal =
  | { readonly code: 'invalid-request'; readonly faults: readonly FieldFault[] }
  | { readonly code: 'too-many-attempts'; readonly limit: ReachedLimit }
  | {
      readonly code:
        | 'payload-too-large'
        | 'unsupported-media-type'
        | 'cross-site-request'
        | 'invalid-token'
        | 'unknown-webmail-host'
        | 'not-found'
        | 'method-not-allowed'
        | 'internal-error'
    }

/** Stops a request with this answer. Thrown by guards and limits. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly answer: RequestRefusal

  constructor(answer: RequestRefusal) {
    super(answer.code)
    this.answer = answer
  }
}

/** Every answer to a submission. */
export type Answer = Outcome | RequestRefusal
export type AnswerCode = Answer['code']

/** What follows from an answer, for all faces. */
interface Consequences {
  /** HTTP status. */
  readonly status: number
  /** `info` for a person's mistake, `warn` or `error` for a problem that the operator must fix. */
  readonly level: 'info' | 'warn' | 'error'
  /** When another try makes sense, in seconds. Absent if waiting doesn't help, or if the answer has the time. */
  readonly retryAfterS?: number
  /** Default: `neutral`. */
  readonly verdict?: Verdict
  /** Refusals that cost no work: if one sender gets many, they share an audit line. */
  readonly folded?: true
  /** The answer is delayed: no limit stops a flood of these, and quick answers would feed it. */
  readonly held?: true
}

/** To add an outcome, add it to `Outcome` and here. */
export const answers: Readonly<Record<AnswerCode, Consequences>> = {
  changed: { status: 200, level: 'info', verdict: 'proven' },
  'recovery-links-ended': { status: 200, level: 'info', verdict: 'proven' },
  'recovery-requested': { status: 202, level: 'info' },
  'recovery-link-made': { status: 201, level: 'info', verdict: 'proven' },
  'recovery-address-sent': { status: 202, level: 'info', verdict: 'proven' },
  'recovery-address-confirmed': { status: 200, level: 'info' },
  'recovery-address-removed': { status: 200, level: 'info' },
  'invalid-request': { status: 400, level: 'info', folded: true },
  'invalid-token': { status: 401, level: 'info', folded: true },
  'invalid-credentials': { status: 403, level: 'info', verdict: 'guess' },
  'code-required': { status: 403, level: 'info' },
  'mailbox-suspended': { status: 403, level: 'info' },
  'recovery-invalid': { status: 403, level: 'info' },
  'removal-expired': { status: 403, level: 'info' },
  'cross-site-request': { status: 403, level: 'info', folded: true, held: true },
  'unknown-webmail-host': { status: 403, level: 'info', folded: true, held: true },
  'mailbox-not-found': { status: 404, level: 'info' },
  'not-found': { status: 404, level: 'info' },
  'method-not-allowed': { status: 405, level: 'info' },
  'mailbox-ambiguous': { status: 409, level: 'warn' },
  'change-password-first': { status: 409, level: 'info', verdict: 'proven' },
  'payload-too-large': { status: 413, level: 'info', folded: true },
  'unsupported-media-type': { status: 415, level: 'info', folded: true },
  'password-rejected': { status: 422, level: 'info' },
  'too-many-attempts': { status: 429, level: 'info', folded: true, held: true },
  'internal-error': { status: 500, level: 'error' },
  'panel-misconfigured': { status: 502, level: 'error' },
  'panel-failed': { status: 502, level: 'error' },
  'panel-unavailable': { status: 503, level: 'error', retryAfterS: 30 },
  'mail-server-unavailable': { status: 503, level: 'error', retryAfterS: 30 },
  'panel-busy': { status: 503, level: 'warn', retryAfterS: 10 },
  'store-unavailable': { status: 503, level: 'error', retryAfterS: 30, folded: true },
  'breach-check-unavailable': { status: 503, level: 'error', retryAfterS: 30 },
  'change-not-confirmed': { status: 504, level: 'error', retryAfterS: 30 },
  'outcome-unknown': { status: 504, level: 'error' },
}

export const answerCodes = Object.keys(answers) as AnswerCode[]

/** In seconds (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(answer: Answer): number | undefined {
  const afterMs = answer.code === 'too-many-attempts' ? answer.limit.retryAfterMs : knownRetryMs(answer)
  return afterMs === undefined ? answers[answer.code].retryAfterS : Math.max(1, Math.ceil(afterMs / 1000))
}

function knownRetryMs(answer: Answer): number | undefined {
  return 'retryAfterMs' in answer ? answer.retryAfterMs : undefined
}

/** What this answer says about the sender. */
export function verdictOf(answer: Answer): Verdict {
  // The answer was lost: another try must not be free.
  if ('credentialsSent' in answer && answer.credentialsSent) return 'guess'
  // The lack of time reveals that the credentials were right.
  if ('proven' in answer && answer.proven) return 'guess'
  return answers[answer.code].verdict ?? 'neutral'
}
