import { z } from 'zod'
import {
  MAX_PASSWORD_BYTES,
  MIN_ADDRESS_PART_LENGTH,
  type PasswordReason,
  passwordReasonCodes,
} from '../core/password-rules.js'
import { type Messages, reasonMessage } from './messages.js'

/** The rules in force for a new password. */
export const policyDescription = z
  .strictObject({
    minLength: z.int().meta({ description: 'Unicode code points' }),
    maxBytes: z.int().meta({ description: 'Bytes of UTF-8' }),
    addressPartMinLength: z.int().meta({
      description: 'Parts of the address of at least so many characters may not stand in the password',
    }),
    rules: z
      .array(z.strictObject({ code: z.string(), message: z.string() }))
      .meta({ description: 'Every rule, by the code under which a breach is reported' }),
  })
  .meta({ id: 'PasswordPolicy' })

export function describePolicy(minLength: number, messages: Messages): z.output<typeof policyDescription> {
  return {
    minLength,
    maxBytes: MAX_PASSWORD_BYTES,
    addressPartMinLength: MIN_ADDRESS_PART_LENGTH,
    rules: allRules(minLength).map((rule) => ({ code: rule.code, message: reasonMessage(messages, rule) })),
  }
}

function allRules(minLength: number): PasswordReason[] {
  return passwordReasonCodes.map((code) => {
    if (code === 'too-short') return { code, minLength }
    return code === 'too-long' ? { code, maxBytes: MAX_PASSWORD_BYTES } : { code }
  })
}
