import type { Attempt, Proof, Proofs } from '../../core/attempt.js'
import { Secret } from '../../lib/secret.js'
import { type ParsedBody, parseBody } from './parse-body.js'
import { type AccountChange, accountChange, type MailboxChange, mailboxChange } from './schemas.js'

/** What a person or a program asks for, less the address it comes from and the time it may take. */
export type Submission = Omit<Attempt, 'callerKind' | 'clientAddress' | 'deadline' | 'hungUp'>

export type ParsedSubmission = ParsedBody<Submission>

/**
 * Checks the body of a submission against the proofs that the service is configured for.
 *
 * @param byClient whether a client sent it, which may name the person's address
 */
export function parseSubmission(proofs: Proofs, body: unknown, byClient = false): ParsedSubmission {
  if (proofOf(proofs, body) === 'account') {
    const parsed = parseBody(accountChange, body, byClient)
    return parsed.ok ? { ok: true, value: toAccountSubmission(parsed.value) } : parsed
  }
  const parsed = parseBody(mailboxChange, body, byClient)
  return parsed.ok ? { ok: true, value: toMailboxSubmission(parsed.value) } : parsed
}

function proofOf(proofs: Proofs, body: unknown): Proof {
  const hasAccount = typeof body === 'object' && body !== null && Object.hasOwn(body, 'account')
  return proofs.find((proof) => proof === (hasAccount ? 'account' : 'mailbox')) ?? proofs[0]
}

function toMailboxSubmission({ email, newPassword, currentPassword, solution }: MailboxChange): Submission {
  return {
    mailbox: email,
    newPassword: new Secret(newPassword),
    solution,
    credentials: { proof: 'mailbox', password: new Secret(currentPassword) },
  }
}

function toAccountSubmission({ email, newPassword, account, solution }: AccountChange): Submission {
  const { username, password, code } = account
  return {
    mailbox: email,
    newPassword: new Secret(newPassword),
    solution,
    credentials: {
      proof: 'account',
      username,
      password: new Secret(password),
      code: code === undefined ? undefined : new Secret(code),
    },
  }
}
