import * as z from 'zod'
import { answerCodes } from '../core/answer.js'
import { passwordReasonCodes } from '../core/password/rules.js'

const durationMs = z.int().min(0)

const command = z.strictObject({
  command: z.string().describe('Its name.'),
  result: z.union([z.int(), z.string()]).describe('Its exit code, or why there is none.'),
  durationMs: durationMs.describe('How long it took, including its wait in the queue.'),
})

/**
 * The audit line of an attempt, or of many attempts of one sender that were refused for the same reason. Within a major version,
 * fields may be added, but not renamed or given another meaning. The fields from `level` to `clientAddress` come first and in this
 * order, which the filter in deploy/fail2ban needs.
 */
export const attemptLine = z
  .strictObject({
    level: z
      .literal([30, 40, 50])
      .describe('30 is information, 40 a warning, 50 an error. From 40 on, an administrator should act.'),
    time: z.int().describe('When the line was written, in milliseconds since 1970.'),
    event: z.literal('attempt').describe('The kind of line.'),
    code: z.enum(answerCodes).describe('The outcome of the attempt: a code of the JSON interface.'),
    requestId: z.string().describe('The reference in the answer.'),
    clientAddress: z
      .string()
      .regex(/^[0-9a-f.:]+$/)
      .describe('The person’s IP address, in canonical form.'),
    client: z.string().optional().describe('The name of the client that called for the person.'),
    proof: z
      .enum(['mailbox', 'account', 'recovery'])
      .optional()
      .describe('The proof: the mailbox’s password, the hosting account, or a recovery link.'),
    mailbox: z.string().optional().describe('The mailbox in the request, or its hash. It may not exist.'),
    account: z.string().optional().describe('With proof by account: the hosting account, or its hash.'),
    evidence: z
      .enum(['answered', 'confirmed'])
      .optional()
      .describe('With changed: whether the panel said so, or Rekey checked that the new password works.'),
    faults: z.array(z.string()).optional().describe('With invalid-request: what was wrong, and where.'),
    reasons: z
      .array(z.enum(passwordReasonCodes))
      .optional()
      .describe('With password-rejected: the rules that the new password breaks.'),
    limit: z.string().optional().describe('With too-many-attempts: the limit that was reached.'),
    reason: z
      .string()
      .regex(/^[A-Za-z0-9_ .:=$()-]+$/)
      .optional()
      .describe(
        'With panel-…, mail-server-unavailable, store-unavailable, change-not-confirmed and breach-check-unavailable: what went wrong.',
      ),
    proven: z
      .boolean()
      .optional()
      .describe('With panel-busy: the credentials were right, but there was no time to send the change.'),
    credentialsSent: z
      .boolean()
      .optional()
      .describe('With mail-server-unavailable: the mail server may have tried the password.'),
    durationMs: durationMs.describe('The time from the request’s arrival to its answer.'),
    panelMs: durationMs.describe('How much of that time at least one panel command was running.'),
    commands: z.array(command).describe('The panel commands, in the order in which they ended.'),
    count: z
      .int()
      .min(1)
      .optional()
      .describe(
        'How many refusals since the previous line this line stands for. The other fields describe the last one.',
      ),
  })
  .meta({ title: 'The audit line of an attempt in Rekey’s log' })

/** The line without the level and the time, which the logger adds. */
export type AttemptLine = Omit<z.output<typeof attemptLine>, 'level' | 'time'>
