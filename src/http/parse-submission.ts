import type { z } from 'zod'
import type { Attempt, Mode, Modes } from '../core/attempt.js'
import { Secret } from '../core/secret.js'
import { type FieldFault, type FieldFaultCode, fieldFaultCodes } from './answer.js'
import { type AccountChange, accountChange, type MailboxChange, mailboxChange } from './schemas.js'

/** What a person or a program asks for, less the address it comes from. */
export type Submission = Omit<Attempt, 'clientAddress'>

export type ParsedSubmission =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly faults: readonly FieldFault[] }

/** Checks the body of a submission against the modes that the service is configured for. */
export function parseSubmission(modes: Modes, body: unknown): ParsedSubmission {
  const mode = modeOf(modes, body)
  return mode === 'account'
    ? parse(accountChange, body, toAccountSubmission)
    : parse(mailboxChange, body, toMailboxSubmission)
}

function modeOf(modes: Modes, body: unknown): Mode {
  const hasAccount = typeof body === 'object' && body !== null && Object.hasOwn(body, 'account')
  return modes.find((mode) => mode === (hasAccount ? 'account' : 'mailbox')) ?? modes[0]
}

function parse<Input>(
  schema: z.ZodType<Input>,
  body: unknown,
  toSubmission: (input: Input) => Submission,
): ParsedSubmission {
  const parsed = schema.safeParse(body, { reportInput: true })
  if (!parsed.success) return { ok: false, faults: firstPerPointer(parsed.error.issues.flatMap(toFaults)) }
  return { ok: true, submission: toSubmission(parsed.data) }
}

function toMailboxSubmission({ email, newPassword, currentPassword }: MailboxChange): Submission {
  return {
    mailbox: email,
    newPassword: new Secret(newPassword),
    credentials: { mode: 'mailbox', password: new Secret(currentPassword) },
  }
}

function toAccountSubmission({ email, newPassword, account }: AccountChange): Submission {
  const { username, password, code } = account
  return {
    mailbox: email,
    newPassword: new Secret(newPassword),
    credentials: {
      mode: 'account',
      username,
      password: new Secret(password),
      code: code === undefined ? undefined : new Secret(code),
    },
  }
}

function toFaults(issue: z.core.$ZodIssue): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), code: 'unknown' }))
  }
  return [{ pointer: pointerTo(issue.path), code: codeOf(issue) }]
}

function firstPerPointer(faults: readonly FieldFault[]): FieldFault[] {
  return faults.filter(
    ({ pointer }, index) => faults.findIndex((other) => other.pointer === pointer) === index,
  )
}

function codeOf(issue: z.core.$ZodIssue): FieldFaultCode {
  if (issue.code !== 'invalid_type')
    return fieldFaultCodes.find((code) => code === issue.message) ?? 'unreadable'
  if (issue.input === undefined) return 'required'
  return issue.expected === 'object' ? 'not-object' : 'not-text'
}

/** RFC 6901 section 3. */
function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
