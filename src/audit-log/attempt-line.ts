import * as z from 'zod'
import { answerCodes } from '../core/answer.js'
import { passwordReasonCodes } from '../core/password/rules.js'

const durationMs = z.int().min(0)

const command = z.strictObject({
  command: z.string().describe('Its name.'),
  result: z.union([z.int(), z.string()]).describe('Its exit code, or a word for why there is none.'),
  durationMs: durationMs.describe('How long it took, its wait for a turn included.'),
})

/**
 * The line that an attempt leaves in the log, or one for many that were refused to one sender for one reason. Fields are added, never renamed or given another meaning, within a major
 * version; those from `level` to `clientAddress` come first and in this order, as the filter in deploy/fail2ban needs.
 */
export const attemptLine = z
  .strictObject({
    level: z
      .literal([30, 40, 50])
      .describe('30 is news, 40 a warning, 50 an error: what an operator must mend is 40 or more.'),
    time: z.int().describe('When the line was written, in milliseconds since 1970.'),
    event: z.literal('attempt').describe('Of this kind of line.'),
    code: z.enum(answerCodes).describe('How the attempt ended: a code of the JSON interface.'),
    requestId: z.string().describe('The reference that the answer had.'),
    clientAddress: z
      .string()
      .regex(/^[0-9a-f.:]+$/)
      .describe('The person’s IP address, in its one canonical form.'),
    client: z
      .string()
      .optional()
      .describe('The name of the program with a token that called for the person.'),
    proof: z
      .enum(['mailbox', 'account', 'recovery'])
      .optional()
      .describe(
        'What was to prove the right: a password of the mailbox or of the account, or a recovery link.',
      ),
    mailbox: z.string().optional().describe('The address asked for, or its hash. It need not exist.'),
    account: z.string().optional().describe('With proof by account: the hosting account named, or its hash.'),
    evidence: z
      .enum(['answered', 'confirmed'])
      .optional()
      .describe('With changed: whether the panel said so, or the new password was seen to work.'),
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
        'With panel-…, mail-server-unavailable, store-unavailable, change-not-confirmed and breach-check-unavailable: what went wrong, in a few plain words.',
      ),
    proven: z
      .boolean()
      .optional()
      .describe('With panel-busy: the credentials were right, and the change was not sent for lack of time.'),
    credentialsSent: z
      .boolean()
      .optional()
      .describe('With mail-server-unavailable: the mail server may have tried the password.'),
    durationMs: durationMs.describe('From the request’s arrival to its answer.'),
    panelMs: durationMs.describe('How much of that at least one command of the panel was under way.'),
    commands: z.array(command).describe('The panel’s commands, in the order in which they ended.'),
    count: z
      .int()
      .min(1)
      .optional()
      .describe(
        'The line stands for so many refusals since the one before it. The rest of it is of the last one.',
      ),
  })
  .meta({ title: 'The line that an attempt leaves in Rekey’s log' })

/** What of the line is said here; the logger adds level and time. */
export type AttemptLine = Omit<z.output<typeof attemptLine>, 'level' | 'time'>
