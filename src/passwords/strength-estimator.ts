import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'
import { MAX_PASSWORD_BYTES } from '../core/password/rules.js'
import type { Strength, StrengthSuggestion, StrengthWarning } from '../core/password/strength.js'

// This file runs in browsers too: nothing of Node may be imported here.

/** Our codes for the library's. It has more, for dictionaries of names and languages that are not loaded here. */
const WARNINGS: Readonly<Record<string, StrengthWarning>> = {
  straightRow: 'keyboard-row',
  keyPattern: 'keyboard-pattern',
  simpleRepeat: 'repeated-character',
  extendedRepeat: 'repeated-pattern',
  sequences: 'sequence',
  recentYears: 'recent-year',
  dates: 'date',
  topTen: 'top-10',
  topHundred: 'top-100',
  common: 'common',
  similarToCommon: 'similar-to-common',
  userInputs: 'own-words',
}

const SUGGESTIONS: Readonly<Record<string, StrengthSuggestion>> = {
  anotherWord: 'add-words',
  capitalization: 'capital-first',
  allUppercase: 'all-capitals',
  reverseWords: 'reversed-words',
  l33t: 'substitutions',
  dates: 'dates',
  recentYears: 'years',
  associatedYears: 'years',
  sequences: 'sequences',
  repeated: 'repetition',
  longerKeyboardPattern: 'longer-keyboard-pattern',
}

/**
 * Makes an estimator of strength from the lists of common passwords and of diceware words. What it is given is looked at
 * as far as a password may go. It computes: up to a tenth of a second for a password, in which nothing else runs.
 */
export function createStrengthEstimator(): (password: string, badWords: readonly string[]) => Strength {
  const zxcvbn = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MAX_PASSWORD_BYTES })

  return function estimateStrength(password, badWords) {
    const { score, feedback } = zxcvbn.check(password, [...badWords])
    const suggestions = feedback.suggestions.flatMap((suggestion) => SUGGESTIONS[suggestion] ?? [])
    return {
      score,
      warning: WARNINGS[feedback.warning ?? ''],
      suggestions: [...new Set(suggestions)],
    }
  }
}
