import * as z from 'zod'
import {
  MAX_PASSWORD_BYTES,
  MIN_ADDRESS_PART_LENGTH,
  type PasswordReason,
  passwordReasonCodes,
  passwordRulesAttribute,
} from '../core/password/rules.js'
import { strengthSuggestions, strengthWarnings } from '../core/password/strength.js'
import type { Messages } from '../languages/catalogue.js'
import { reasonMessage } from '../languages/messages.js'

/** A rule for new passwords, in force or broken. */
const describedReason = z.strictObject({ code: z.string(), message: z.string() })

/** The rules that a new password breaks. */
export const brokenRules = z.array(
  describedReason.extend({
    word: z
      .string()
      .optional()
      .meta({ description: 'For contains-address: the part of the address that it contains' }),
    score: z.int().min(0).max(4).optional().meta({ description: 'For too-weak: how hard it is to guess' }),
    warning: z
      .enum(strengthWarnings)
      .optional()
      .meta({ description: 'For too-weak: what makes it easy to guess, if known' }),
    suggestions: z
      .array(z.enum(strengthSuggestions))
      .optional()
      .meta({ description: 'For too-weak: what to do about it' }),
  }),
)

/** The rules that the administrator can configure. */
export interface PolicyInForce {
  readonly minLength: number
  /** 0 if strength isn't checked. */
  readonly minScore: number
  /** Whether another server is asked for breached passwords. */
  readonly checksBreaches: boolean
}

/** The rules for a new password. */
export const policyDescription = z
  .strictObject({
    minLength: z.int().meta({ description: 'Unicode code points' }),
    maxBytes: z.int().meta({ description: 'Bytes of UTF-8' }),
    minScore: z.int().min(0).max(4).meta({
      description: 'The minimum strength on the scale of zxcvbn; 0 if strength isn’t checked',
    }),
    passwordRules: z.string().meta({
      description: 'For password generators, in the syntax of Apple’s passwordrules attribute',
    }),
    addressPartMinLength: z.int().meta({
      description:
        'The password may not contain parts of the address with at least this many characters, short ones only as words',
    }),
    rules: z
      .array(describedReason)
      .meta({ description: 'Every rule, with the code that reports it as broken' }),
  })
  .meta({ id: 'PasswordPolicy' })

/** The answer to a check of a new password. */
export const passwordVerdict = z
  .strictObject({
    reasons: brokenRules.meta({ description: 'Every rule that it breaks; empty if it breaks none' }),
  })
  .meta({ id: 'PasswordVerdict' })

export function describePolicy(
  policy: PolicyInForce,
  messages: Messages,
): z.output<typeof policyDescription> {
  const { minLength, minScore } = policy
  return {
    minLength,
    maxBytes: MAX_PASSWORD_BYTES,
    minScore,
    passwordRules: passwordRulesAttribute(minLength),
    addressPartMinLength: MIN_ADDRESS_PART_LENGTH,
    rules: rulesOf(policy).map((rule) => ({ code: rule.code, message: reasonMessage(messages, rule) })),
  }
}

/** Returns the rules that a password breaks, with their codes and texts. */
export function describeReasons(
  reasons: readonly PasswordReason[],
  messages: Messages,
): z.output<typeof brokenRules> {
  return reasons.map((reason) => {
    const described = { code: reason.code, message: reasonMessage(messages, reason) }
    if (reason.code === 'contains-address') return { ...described, word: reason.word }
    if (reason.code !== 'too-weak' || !reason.strength) return described
    const { score, warning, suggestions } = reason.strength
    return { ...described, score, suggestions: [...suggestions], ...(warning ? { warning } : {}) }
  })
}

function rulesOf({ minLength, minScore, checksBreaches }: PolicyInForce): PasswordReason[] {
  return passwordReasonCodes.flatMap((code): PasswordReason[] => {
    if (code === 'too-short') return [{ code, minLength }]
    if (code === 'too-long') return [{ code, maxBytes: MAX_PASSWORD_BYTES }]
    if (code === 'too-weak' && minScore === 0) return []
    if (code === 'breached' && !checksBreaches) return []
    return [{ code }]
  })
}
