import { MAX_PASSWORD_BYTES, MIN_ADDRESS_PART_LENGTH } from '../../core/password/rules.js'
import type { Messages } from '../../languages/catalogue.js'
import type { PolicyInForce } from '../describe-policy.js'
import type { DoubtView } from './result-views.js'

/** The rules in force, and words of the administrator's that a password may not rely on. */
export interface PagePolicy extends PolicyInForce {
  readonly brandWords: readonly string[]
}

/** The texts that only the page's script shows. */
export type ScriptWords = ReturnType<typeof scriptWords>

/** The part of the rules that the page's script can check. */
export type ScriptPolicy = ReturnType<typeof scriptPolicy>

/**
 * What a form carries for the page's script: texts and rules, as JSON.
 *
 * @param answerLost what to show if no answer comes
 */
export function scriptView(messages: Messages, policy: PagePolicy, answerLost: DoubtView) {
  return {
    script: messages.script,
    scriptWords: JSON.stringify(scriptWords(messages)),
    scriptPolicy: JSON.stringify(scriptPolicy(policy)),
    answerLost: { ...answerLost, requestId: '' },
  }
}

function scriptWords({ script, strength, rules }: Messages) {
  const { title, kept } = rules
  return {
    ...script,
    rules: title,
    rulesKept: kept,
    warnings: strength.warning,
    suggestions: strength.suggestion,
  }
}

function scriptPolicy({ minLength, minScore, brandWords }: PagePolicy) {
  return {
    minLength,
    minScore,
    brandWords,
    maxBytes: MAX_PASSWORD_BYTES,
    addressPartMinLength: MIN_ADDRESS_PART_LENGTH,
  }
}
