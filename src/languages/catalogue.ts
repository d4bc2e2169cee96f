import { z } from 'zod'
import { type AnswerCode, fieldFaultCodes, statusOf } from '../core/answer.js'
import { passwordReasonCodes } from '../core/password/rules.js'
import { strengthSuggestions, strengthWarnings } from '../core/password/strength.js'

const answerCodes = Object.keys(statusOf) as AnswerCode[]
const text = z.string().min(1)

/** One text for each plural form of the language (CLDR, `Intl.PluralRules`), of which every language has `other`. */
const counted = z.strictObject({
  zero: text.optional(),
  one: text.optional(),
  two: text.optional(),
  few: text.optional(),
  many: text.optional(),
  other: text,
})

function texts<const Key extends string>(keys: readonly Key[]) {
  return z.record(z.enum(keys), text)
}

/** The shape of a catalogue: every word that a person or a program is shown. */
export const catalogueSchema = z.strictObject({
  /** Of the words (BCP 47). */
  language: text,
  /** What its speakers call it. */
  name: text,
  direction: z.enum(['ltr', 'rtl']),
  page: texts([
    'title',
    'intro',
    'email',
    'method',
    'methodMailbox',
    'methodMailboxHint',
    'methodAccount',
    'methodAccountHint',
    'currentPassword',
    'username',
    'usernameHint',
    'accountPassword',
    'code',
    'codeHint',
    'newPassword',
    'confirmPassword',
    'rules',
    'furtherRules',
    'submit',
    'errorPrefix',
    'again',
    'another',
    'webmail',
    'reference',
    'languages',
    'support',
  ]),
  /** After a change. */
  devices: texts([
    'title',
    'intro',
    'computers',
    'phones',
    'others',
    'lockout',
    'settings',
    'incoming',
    'outgoing',
    'server',
    'port',
    'security',
    'username',
  ]),
  /** Where it is not known which password is in force. */
  steps: texts(['newFirst', 'oldFirst', 'thenOld', 'thenNew', 'neither']),
  /** What only the page's script shows. */
  script: texts([
    'show',
    'hide',
    'capsLock',
    'suggest',
    'suggestWords',
    'suggestCharacters',
    'suggested',
    'suggestedAndCopied',
    'ruleKept',
    'ruleOpen',
    'sending',
    'answerLost',
    'strength',
    'strength0',
    'strength1',
    'strength2',
    'strength3',
    'strength4',
  ]),
  /** The note that a password was changed. */
  mail: texts(['subject', 'changed', 'own', 'stranger', 'contact', 'automatic']),
  field: texts(fieldFaultCodes),
  reason: z.strictObject({
    ...(Object.fromEntries(passwordReasonCodes.map((code) => [code, text])) as Record<
      Exclude<(typeof passwordReasonCodes)[number], 'too-short' | 'too-long'>,
      typeof text
    >),
    'too-short': counted,
    'too-long': counted,
  }),
  /** How easily a password is guessed. */
  strength: z.strictObject({ warning: texts(strengthWarnings), suggestion: texts(strengthSuggestions) }),
  answer: z.record(
    z.enum([...answerCodes, 'change-not-seen']),
    z.strictObject({ title: text, detail: text }),
  ),
})

/** The words of one language. */
export type Messages = z.output<typeof catalogueSchema>
/** A text in the plural forms of its language. */
export type Counted = z.output<typeof counted>
