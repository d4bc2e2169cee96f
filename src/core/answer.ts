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

/** A fault and where it is: a JSON pointer (RFC 6901) into the request. */
export interface FieldFault {
  readonly pointer: string
  readonly code: FieldFaultCode
  /** With `character-not-allowed`: which one. */
  readonly character?: string
}

/** A recovery address, as the person who proved the mailbox's password is shown it. */
export interface ShownAddress {
  readonly masked: string
  /** Whether the change ended it. */
  readonly isEnded: boolean
  /** Lets its holder remove it, for a while. */
  readonly removal: Secret
}

/** How an attempt ended; the whole truth as far as it is known. */
export type Outcome =
  | {
      readonly code: 'changed'
      /** `answered`: the panel said so. `confirmed`: its answer was lost, the stored hash accepts the new password. */
      readonly evidence: 'answered' | 'confirmed'
      /** Of the mailbox, if its own password proved the change. */
      readonly recoveryAddress?: ShownAddress | undefined
    }
  | {
      readonly code:
        | 'invalid-credentials'
        | 'code-required'
        | 'mailbox-not-found'
        | 'mailbox-suspended'
        /** The panel would destroy the logins of other mailboxes, whose names it would take for this one. */
        | 'mailbox-ambiguous'
    }
  | { readonly code: 'password-rejected'; readonly reasons: readonly PasswordReason[] }
  | {
      readonly code: PanelFaultCode
      /** For the operator's log. */
      readonly reason: string
      /** The credentials were right, and the change was not sent for lack of time. */
      readonly proven?: boolean
      /** After what time (ms) it is worth another try, where that is known. */
      readonly retryAfterMs?: number | undefined
    }
  | {
      readonly code: 'mail-server-unavailable'
      /** For the operator's log. */
      readonly reason: string
      /** The mail server may have tried the password. */
      readonly credentialsSent: boolean
    }
  | {
      readonly code: 'store-unavailable' | 'breach-check-unavailable'
      /** For the operator's log. */
      readonly reason: string
    }
  | {
      /** The change was sent and not confirmed; when last looked at, the password had not been changed. */
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
  /** Whatever comes of it: that is done when the answer was given, and told to nobody who asks. */
  | { readonly code: 'recovery-requested' }
  /** The link is forged, expired, used or replaced. */
  | { readonly code: 'recovery-invalid' }
  /** If that is possible, a link is on its way to the address. */
  | { readonly code: 'recovery-address-sent' }
  | { readonly code: 'recovery-address-confirmed'; readonly mailbox: string }
  | { readonly code: 'recovery-address-removed' }
  /** It is too late to remove the address in this way. */
  | { readonly code: 'removal-expired' }
  /** What is stored for the mailbox can't be checked: an address can't be bound to it. */
  | { readonly code: 'change-password-first' }

/** A request that got no further than HTTP. */
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

/** Thrown by a guard or a limit that stops a request; carries the answer. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly answer: RequestRefusal

  constructor(answer: RequestRefusal) {
    super(answer.code)
    this.answer = answer
  }
}

/** All that the service can answer to a submission. */
export type Answer = Outcome | RequestRefusal
export type AnswerCode = Answer['code']

/** What follows from an answer, for every face alike. */
interface Consequences {
  /** Of HTTP. */
  readonly status: number
  /** Of the audit line: a person's mistake is news; what an operator must mend is a warning or an error. */
  readonly level: 'info' | 'warn' | 'error'
  /** After how many seconds another try makes sense; absent where waiting does not help, or the answer itself tells. */
  readonly retryAfterS?: number
  /** `neutral` where it is absent. */
  readonly verdict?: Verdict
  /** Of the audit line: a sender's refusals of this kind cost no work, and are told of by their number if there are many. */
  readonly folded?: true
  /** It is held back before it is sent: no limit stops a flood of these, and an answer at once would feed it. */
  readonly held?: true
}

/** All that the service can answer, by code. To add an outcome, add it to `Outcome` and here. */
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

/** After how many seconds another try makes sense (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(answer: Answer): number | undefined {
  const afterMs = answer.code === 'too-many-attempts' ? answer.limit.retryAfterMs : knownRetryMs(answer)
  return afterMs === undefined ? answers[answer.code].retryAfterS : Math.max(1, Math.ceil(afterMs / 1000))
}

function knownRetryMs(answer: Answer): number | undefined {
  return 'retryAfterMs' in answer ? answer.retryAfterMs : undefined
}

/** What an attempt that ended so says of its sender. */
export function verdictOf(answer: Answer): Verdict {
  // Where the answer was lost, nobody may try on for nothing.
  if ('credentialsSent' in answer && answer.credentialsSent) return 'guess'
  // That there was no time for the change tells a guesser that he was right.
  if ('proven' in answer && answer.proven) return 'guess'
  return answers[answer.code].verdict ?? 'neutral'
}
