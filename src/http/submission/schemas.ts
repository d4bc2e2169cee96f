import * as z from 'zod'
import { isAccountName } from '../../core/account-name.js'
import type { FieldFaultCode } from '../../core/answer.js'
import { characterNotAllowed, parseMailbox } from '../../core/mailbox.js'
import { helpers } from '../../core/recovery/help-request.js'
import { parseOutsideAddress } from '../../core/recovery/outside-address.js'
import { normalizeAccountName, normalizeCode, normalizeLink } from '../../core/typed-text.js'
import { parseClientAddress } from '../../lib/ip-address.js'

/**
 * Text that arrived intact. A replacement character shows that the bytes weren't UTF-8, and a lone surrogate would become one on
 * its way to the panel. Either way, the password set would not be the one typed.
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
  description: 'Sent to the panel unchanged. GET /api/v1/password-policy lists the rules.',
})

/** As for the panel’s two-factor authentication (RFC 6238). */
const ONE_TIME_CODE = /^\d{6}$/

/** `parseBody` checks whether the sender may use it. */
const clientAddress = wholeText
  .transform((value, context) => {
    const address = parseClientAddress(value)
    if (address !== undefined) return address
    context.addIssue({ code: 'custom', message: 'not-an-ip-address' satisfies FieldFaultCode })
    return z.NEVER
  })
  .optional()
  .meta({
    description: 'The address of the person that a client calls for; only with the client’s bearer token',
    example: '203.0.113.9',
  })

const solution = wholeText.optional().meta({
  description: 'The solution of the challenge in too-many-attempts: JSON in base64, as from ALTCHA’s clients',
})

/** A change with proof by mailbox. */
export const mailboxChange = z
  .strictObject({ email, newPassword, currentPassword: password, clientAddress, solution })
  .meta({ id: 'MailboxChange', description: 'Proved by the mailbox’s current password' })

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

/** A change with proof by account. */
export const accountChange = z
  .strictObject({ email, newPassword, account, clientAddress, solution })
  .meta({ id: 'AccountChange', description: 'Proved by the hosting account that owns the domain' })

const recovery = wholeText
  .transform(normalizeLink)
  .refine((link) => link !== '', fault('required'))
  .meta({ description: 'A recovery link, or the part of it that begins with rk1.' })

/** A change with a recovery link. */
export const linkChange = z
  .strictObject({ recovery, newPassword, clientAddress })
  .meta({ id: 'LinkChange', description: 'With a recovery link, which names the mailbox' })

/** An owner's request to make a recovery link, or to end all links of the hosting account. */
export const linkRequest = z
  .strictObject({ email, account, clientAddress, solution })
  .meta({ id: 'LinkRequest', description: 'A mailbox, and the hosting account that owns its domain' })

/** The request of a person who can't sign in. */
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
  .meta({ id: 'HelpRequest', description: 'A mailbox, and who can help' })

const recoveryAddress = wholeText
  .transform((value, context) => {
    const address = parseOutsideAddress(value)
    if (address !== undefined) return address
    const code: FieldFaultCode = value.trim() === '' ? 'required' : 'not-an-address'
    context.addIssue({ code: 'custom', message: code })
    return z.NEVER
  })
  .meta({ description: 'An address outside the mailbox', example: 'jane@example.net' })

/** A request to set a recovery address, by a user of the mailbox. */
export const addressRequest = z
  .strictObject({ email, currentPassword: password, recoveryAddress, clientAddress, solution })
  .meta({ id: 'AddressRequest', description: 'A mailbox, its current password, and the recovery address' })

/** A request to confirm a recovery address, with the link that was mailed to it. */
export const addressConfirmation = z
  .strictObject({ recovery, clientAddress })
  .meta({ id: 'AddressConfirmation', description: 'The link that was mailed to a recovery address' })

/** A request to remove a recovery address after a change. */
export const addressRemoval = z
  .strictObject({
    removal: password.meta({ description: 'From the answer to the change' }),
    clientAddress,
  })
  .meta({ id: 'AddressRemoval', description: 'Removes the recovery address in the answer to a change' })

/** A request to check a new password. */
export const passwordQuestion = z
  .strictObject({ email, newPassword, clientAddress })
  .meta({ id: 'PasswordQuestion', description: 'A new password to check against the rules' })

export type MailboxChange = z.output<typeof mailboxChange>
export type AccountChange = z.output<typeof accountChange>
export type LinkRequest = z.output<typeof linkRequest>
export type AddressRequest = z.output<typeof addressRequest>

function fault(code: FieldFaultCode): { error: FieldFaultCode } {
  return { error: code }
}
