import { MAX_PASSWORD_BYTES, MIN_ADDRESS_PART_LENGTH, type PasswordPolicy } from '../core/password-rules.js'
import type { Messages } from './catalogue.js'
import { answerLostView } from './page-views.js'

/** The words that only the page's script shows. */
export type ScriptWords = ReturnType<typeof scriptWords>

/** The rules, as far as the page's script can hold a password against them. */
export type ScriptPolicy = ReturnType<typeof scriptPolicy>

/** What the form carries for the page's script: words and rules, as JSON, and what to show if no answer comes. */
export function scriptView(messages: Messages, policy: PasswordPolicy) {
  return {
    script: messages.script,
    scriptWords: JSON.stringify(scriptWords(messages)),
    scriptPolicy: JSON.stringify(scriptPolicy(policy)),
    answerLost: { ...answerLostView(messages), requestId: '' },
  }
}

function scriptWords({ script }: Messages) {
  const warnings: Readonly<Record<string, string>> = {}
  const suggestions: Readonly<Record<string, string>> = {}
  return { ...script, warnings, suggestions }
}

function scriptPolicy({ minLength }: PasswordPolicy) {
  const brandWords: readonly string[] = []
  return {
    minLength,
    minScore: 3,
    brandWords,
    maxBytes: MAX_PASSWORD_BYTES,
    addressPartMinLength: MIN_ADDRESS_PART_LENGTH,
  }
}
