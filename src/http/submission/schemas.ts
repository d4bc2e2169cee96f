import * as z from 'zod'
import { isAccountName } from '../../core/account-name.js'
import type { FieldFaultCode } from '../../core/answer.js'
import { characterNotAllowed, parseMailbox } from '../../core/mailbox.js'
import { helpers } from '../../core/recovery/help-request.js'
import { parseOutsideAddress } from '../../core/recovery/outside-address.js'
import { normalizeAccountName, normalizeCode, normalizeLink } from '../../core/typed-text.js'
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
    const character = characterNotAllowed(value)
    const code: FieldFaultCode = character === undefined ? 'not-an-address' : 'character-not-allowed'
    context.addIssue({ code: 'custom', message: code, params: { character } })
    return z.NEVER
  })
  .meta({ description: 'The mailbox, its domain in Unicode or punycode', example: 'info@example.org' })

const newPassword = password.meta({
  description: 'Goes to the panel exactly as it is. GET /api/v1/password-policy tells the rules.',
})

/** As the panel’s two-factor authentication has them (RFC 6238). */
const ONE_TIME_CODE = /^\d{6}$/

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

const solution = wholeText.optional().meta({
  description: 'Of the challenge in an answer too-many-attempts: JSON in base64, as ALTCHA’s clients make it',
})

/** A change proved by the mailbox's present password. */
export const mailboxChange = z
  .strictObject({ email, newPassword, currentPassword: password, clientAddress, solution })
  .meta({ id: 'MailboxChange', description: 'Proved by the present password of the mailbox' })

const account = z.strictObject({
  username: wholeText
    .transform(normalizeAccountName)
    .refine((name) => name !== '', fault('required'))
    .refine(isAccountName, fault('not-an-account-name'))
    .meta({ example: 'alice' }),
  password,
  code: wholeText
    .transform((typed) => normalizeCode(typed) || undefined)
    .refine((code) => code === undefined || ONE_TIME_CODE.test(code), fault('not-a-code'))
    .optional()
    .meta({
      description:
        'The one-time code, if the account has two-factor authentication: six decimal digits of any script',
      example: '123456',
    }),
})

/** A change proved by the hosting account that owns the mailbox's domain. */
export const accountChange = z
  .strictObject({ email, newPassword, account, clientAddress, solution })
  .meta({ id: 'AccountChange', description: 'Proved by the hosting account that owns the domain' })

const recovery = wholeText
  .transform(normalizeLink)
  .refine((link) => link !== '', fault('required'))
  .meta({ description: 'A recovery link, or the part of it that begins with rk1.' })

/** A change by a recovery link. */
export const linkChange = z
  .strictObject({ recovery, newPassword, clientAddress })
  .meta({ id: 'LinkChange', description: 'By a recovery link, which names the mailbox' })

/** What the owner of a hosting account proves the right with to make a recovery link, or to end all of the account's links. */
export const linkRequest = z
  .strictObject({ email, account, clientAddress, solution })
  .meta({ id: 'LinkRequest', description: 'A mailbox, and the hosting account that owns its domain' })

/** What a person who can't sign in asks for. */
export const helpRequest = z
  .strictObject({
    email,
    helper: z.enum(helpers, fault('unknown-helper')).meta({
      description:
        'administrator: tell the owner of the hosting account; address: send a link to the recovery address',
    }),
    clientAddress,
    solution,
  })
  .meta({ id: 'HelpRequest', description: 'A mailbox, and who is to help' })

const recoveryAddress = wholeText
  .transform((value, context) => {
    const address = parseOutsideAddress(value)
    if (address !== undefined) return address
    const code: FieldFaultCode = value.trim() === '' ? 'required' : 'not-an-address'
    context.addIssue({ code: 'custom', message: code })
    return z.NEVER
  })
  .meta({ description: 'An address outside the mailbox', example: 'jane@example.net' })

/** What the user of a mailbox names a recovery address with. */
export const addressRequest = z
  .strictObject({ email, currentPassword: password, recoveryAddress, clientAddress, solution })
  .meta({ id: 'AddressRequest', description: 'A mailbox, its present password, and the recovery address' })

/** A recovery address that is confirmed by the link that was mailed to it. */
export const addressConfirmation = z
  .strictObject({ recovery, clientAddress })
  .meta({ id: 'AddressConfirmation', description: 'The link that was mailed to a recovery address' })

/** A recovery address that is removed after a change. */
export const addressRemoval = z
  .strictObject({
    removal: password.meta({ description: 'As it stood in the answer to the change' }),
    clientAddress,
  })
  .meta({ id: 'AddressRemoval', description: 'What the answer to a change let its sender remove' })

/** A question whether a new password keeps the rules. */
export const passwordQuestion = z
  .strictObject({ email, newPassword, clientAddress })
  .meta({ id: 'PasswordQuestion', description: 'A new password, to be held against the rules' })

export type MailboxChange = z.output<typeof mailboxChange>
export type AccountChange = z.output<typeof accountChange>
export type LinkRequest = z.output<typeof linkRequest>
export type AddressRequest = z.output<typeof addressRequest>

function fault(code: FieldFaultCode): { error: FieldFaultCode } {
  return { error: code }
}
