import * as z from 'zod'
import { isAccountName } from '../../core/account-name.js'
import type { FieldFaultCode } from '../../core/answer.js'
import { parseMailbox } from '../../core/mailbox.js'
import { parseClientAddress } from '../../lib/ip-address.js'

/**
 * Text that arrived whole. A replacement character stands where bytes were no UTF-8, and a lone surrogate would
 * become one on its way to the panel: the password set would not be the one typed.
 */
const wholeText = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes('\uFFFD'), fault('unreadable'))

const password = wholeText.min(1, fault('required'))

const email = wholeText
  .transform((value, context) => {
    const mailbox = parseMailbox(value)
    if (mailbox) return mailbox
    context.addIssue({ code: 'custom', message: 'not-an-address' satisfies FieldFaultCode })
    return z.NEVER
  })
  .meta({ description: 'The mailbox, its domain in Unicode or punycode', example: 'info@example.org' })

const newPassword = password.meta({
  description: 'Goes to the panel exactly as it is. GET /api/v1/password-policy tells the rules.',
})

/** Whether the sender may name it is for `parseBody` to say. */
const clientAddress = wholeText
  .transform((value, context) => {
    const address = parseClientAddress(value)
    if (address !== undefined) return address
    context.addIssue({ code: 'custom', message: 'not-an-ip-address' satisfies FieldFaultCode })
    return z.NEVER
  })
  .optional()
  .meta({
    description: 'The address of the person on whose behalf a client calls; only with its bearer token',
    example: '203.0.113.9',
  })

/** A change proved by the mailbox's present password. */
export const mailboxChange = z
  .strictObject({ email, newPassword, currentPassword: password, clientAddress })
  .meta({ id: 'MailboxChange', description: 'Proved by the present password of the mailbox' })

/** A change proved by the hosting account that owns the mailbox's domain. */
export const accountChange = z
  .strictObject({
    email,
    newPassword,
    account: z.strictObject({
      username: wholeText.refine(isAccountName, fault('not-an-account-name')).meta({ example: 'alice' }),
      password,
      code: wholeText
        .regex(/^\d{6}$/, fault('not-a-code'))
        .optional()
        .meta({ description: 'The one-time code, where the account has two-factor authentication' }),
    }),
    clientAddress,
  })
  .meta({ id: 'AccountChange', description: 'Proved by the hosting account that owns the domain' })

/** A question whether a new password keeps the rules. */
export const passwordQuestion = z
  .strictObject({ email, newPassword, clientAddress })
  .meta({ id: 'PasswordQuestion', description: 'A new password, to be held against the rules' })

export type MailboxChange = z.output<typeof mailboxChange>
export type AccountChange = z.output<typeof accountChange>

function fault(code: FieldFaultCode): { error: FieldFaultCode } {
  return { error: code }
}
