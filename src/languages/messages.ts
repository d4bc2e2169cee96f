import { type Answer, type FieldFault, retryAfterSeconds } from '../core/answer.js'
import type { PasswordReason } from '../core/password/rules.js'
import type { Strength } from '../core/password/strength.js'
import type { Counted, Messages } from './catalogue.js'
import { joinSentences } from './join-sentences.js'

/** The plural rules and number format of a language. They are cached because creating them takes longer than using them. */
interface Counting {
  readonly rules: Intl.PluralRules
  readonly format: Intl.NumberFormat
}

const countings = new Map<string, Counting>()

function countingIn(language: string): Counting {
  const counting = countings.get(language) ?? {
    rules: new Intl.PluralRules(language),
    format: new Intl.NumberFormat(language),
  }
  countings.set(language, counting)
  return counting
}

/** The text in the plural form for a number, which replaces its placeholder. */
export function countedText(text: Counted, placeholder: string, count: number, language: string): string {
  const { rules, format } = countingIn(language)
  const form = text[rules.select(count)] ?? text.other
  return form.replaceAll(`{${placeholder}}`, format.format(count))
}

/** @returns in words, what is wrong with a member of a request */
export function faultMessage(messages: Messages, { code, character = '' }: FieldFault): string {
  return messages.field[code].replace('{character}', () => character)
}

/** @returns in words, what to do about a broken rule */
export function reasonMessage(messages: Messages, reason: PasswordReason): string {
  const { language } = messages
  switch (reason.code) {
    case 'too-short':
      return countedText(messages.reason[reason.code], 'min', reason.minLength, language)
    case 'too-long':
      return countedText(messages.reason[reason.code], 'max', reason.maxBytes, language)
    case 'contains-address': {
      const { code, word } = reason
      if (word === undefined) return messages.reason[code]
      return messages.namedReason[code].replace('{word}', () => word)
    }
    case 'too-weak': {
      const text = messages.reason[reason.code]
      return joinSentences([text, ...(reason.strength ? strengthSentences(messages, reason.strength) : [])])
    }
    default:
      return messages.reason[reason.code]
  }
}

/** What makes the password weak, and how to improve it. */
function strengthSentences(messages: Messages, { warning, suggestions }: Strength): string[] {
  const words = messages.strength
  return [
    ...(warning ? [words.warning[warning]] : []),
    ...suggestions.map((suggestion) => words.suggestion[suggestion]),
  ]
}

/** The title and detail of an answer. A limit with a puzzle has its own. */
export function wordsOf(answer: Answer, messages: Messages): { title: string; detail: string } {
  const { title, detail } = messages.answer[wordsKeyOf(answer)]
  const seconds = retryAfterSeconds(answer)
  if (seconds === undefined) return { title, detail }
  return { title, detail: detail.replaceAll('{wait}', waitInWords(seconds, messages.language)) }
}

function wordsKeyOf(answer: Answer): keyof Messages['answer'] {
  if (answer.code !== 'too-many-attempts' || !answer.limit.challenge) return answer.code
  return answer.limit.name.startsWith('help-') ? 'help-puzzle-needed' : 'puzzle-needed'
}

const waitFormats = new Map<string, Intl.RelativeTimeFormat>()

/** Cached, because creating one takes longer than the rest of an answer to a flood. */
function relativeTimeFormat(language: string): Intl.RelativeTimeFormat {
  const format = waitFormats.get(language) ?? new Intl.RelativeTimeFormat(language)
  waitFormats.set(language, format)
  return format
}

/** For example `December 6, 2026 at 2:00 PM UTC`, in the time zone of the process, with its name. */
export function timeInWords(timeMs: number, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  return format.format(timeMs)
}

/** For example `in 12 minutes`. Rounded up, so it is never too soon; in minutes or hours for longer waits. */
export function waitInWords(seconds: number, language: string): string {
  const format = relativeTimeFormat(language)
  if (seconds < 60) return format.format(seconds, 'second')
  const minutes = Math.ceil(seconds / 60)
  return minutes < 120 ? format.format(minutes, 'minute') : format.format(Math.ceil(minutes / 60), 'hour')
}
