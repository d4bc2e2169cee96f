import { z } from 'zod'
import {
  MAX_PASSWORD_BYTES,
  MIN_ADDRESS_PART_LENGTH,
  type PasswordReason,
  passwordReasonCodes,
} from '../core/password-rules.js'
import type { Messages } from './catalogue.js'
import { reasonMessage } from './messages.js'

/** A rule for new passwords, or its breach. */
const describedReason = z.strictObject({ code: z.string(), message: z.string() })

/** A rule by its code and in words. */
export type DescribedRule = z.output<typeof describedReason>

/** Rules that a new password breaks. */
export const brokenRules = z.array(describedReason)

/** The rules in force for a new password. */
export const policyDescription = z
  .strictObject({
    minLength: z.int().meta({ description: 'Unicode code points' }),
    maxBytes: z.int().meta({ description: 'Bytes of UTF-8' }),
    addressPartMinLength: z.int().meta({
      description: 'Parts of the address of at least so many characters may not stand in the password',
    }),
    rules: z
      .array(describedReason)
      .meta({ description: 'Every rule, by the code under which a breach is reported' }),
  })
  .meta({ id: 'PasswordPolicy' })

/** The answer to a question about a new password. */
export const passwordVerdict = z
  .strictObject({
    reasons: brokenRules.meta({ description: 'Every rule that it breaks, none if it may be used' }),
  })
  .meta({ id: 'PasswordVerdict' })

export function describePolicy(minLength: number, messages: Messages): z.output<typeof policyDescription> {
  return {
    minLength,
    maxBytes: MAX_PASSWORD_BYTES,
    addressPartMinLength: MIN_ADDRESS_PART_LENGTH,
    rules: describeReasons(allRules(minLength), messages),
  }
}

/** Rules by code and in words. */
export function describeReasons(
  reasons: readonly PasswordReason[],
  messages: Messages,
): z.output<typeof brokenRules> {
  return reasons.map((reason) => ({ code: reason.code, message: reasonMessage(messages, reason) }))
}

function allRules(minLength: number): PasswordReason[] {
  return passwordReasonCodes.map((code) => {
    if (code === 'too-short') return { code, minLength }
    return code === 'too-long' ? { code, maxBytes: MAX_PASSWORD_BYTES } : { code }
  })
}
