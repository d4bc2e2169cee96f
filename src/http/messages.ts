import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type PasswordReason, passwordReasonCodes } from '../core/password-rules.js'
import { type Strength, strengthSuggestions, strengthWarnings } from '../core/password-strength.js'
import { type Answer, type AnswerCode, fieldFaultCodes, statusOf } from './answer.js'
import { retryAfterSeconds, waitInWords } from './retry-after.js'

const answerCodes = Object.keys(statusOf) as AnswerCode[]
const answerWords = z.strictObject({ title: z.string(), detail: z.string() })

/** A catalogue of messages: every word that a person or a program is shown. A missing or surplus key is an error. */
const catalogue = z.strictObject({
  /** Of the words (BCP 47). */
  language: z.string(),
  page: z.record(
    z.enum([
      'title',
      'intro',
      'email',
      'method',
      'methodMailbox',
      'methodAccount',
      'currentPassword',
      'accountHint',
      'username',
      'accountPassword',
      'code',
      'codeHint',
      'newPassword',
      'confirmPassword',
      'rules',
      'submit',
      'errorPrefix',
      'again',
      'reference',
    ]),
    z.string(),
  ),
  field: z.record(z.enum(fieldFaultCodes), z.string()),
  reason: z.record(z.enum(passwordReasonCodes), z.string()),
  strength: z.strictObject({
    warning: z.record(z.enum(strengthWarnings), z.string()),
    suggestion: z.record(z.enum(strengthSuggestions), z.string()),
  }),
  answer: z.record(z.enum([...answerCodes, 'change-not-seen']), answerWords),
})

export type Messages = z.output<typeof catalogue>

/** Loads a catalogue; throws if it does not hold exactly the keys that the service shows. */
export function loadMessages(file: URL): Messages {
  return catalogue.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** @returns what to do about a broken rule, in words */
export function reasonMessage(messages: Messages, reason: PasswordReason): string {
  const text = messages.reason[reason.code]
  switch (reason.code) {
    case 'too-short':
      return text.replaceAll('{min}', String(reason.minLength))
    case 'too-long':
      return text.replaceAll('{max}', String(reason.maxBytes))
    case 'too-weak':
      return [text, ...(reason.strength ? strengthSentences(messages, reason.strength) : [])].join(' ')
    default:
      return text
  }
}

/** What makes the password weak, and what to do about it. */
function strengthSentences(messages: Messages, { warning, suggestions }: Strength): string[] {
  const words = messages.strength
  return [
    ...(warning ? [words.warning[warning]] : []),
    ...suggestions.map((suggestion) => words.suggestion[suggestion]),
  ]
}

/** Title and detail; a change that was sent and not seen has words of its own. */
export function wordsOf(answer: Answer, messages: Messages): { title: string; detail: string } {
  const notSeen = 'changeSent' in answer && answer.changeSent
  const { title, detail } = messages.answer[notSeen ? 'change-not-seen' : answer.code]
  const seconds = retryAfterSeconds(answer)
  if (seconds === undefined) return { title, detail }
  return { title, detail: detail.replaceAll('{wait}', waitInWords(seconds, messages.language)) }
}
