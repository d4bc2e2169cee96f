import { type OptionsType, ZxcvbnFactory } from '@zxcvbn-ts/core'
import { MAX_PASSWORD_BYTES } from '../core/password/rules.js'
import type { Estimate, StrengthSuggestion, StrengthWarning } from '../core/password/strength.js'
import { createCommonPasswordCheck } from './common-passwords.js'
import type { WordList } from './word-list.js'

// This file also runs in browsers, so don't import anything from Node here.

/** Our codes for the library's. The library has more, for dictionaries of names and languages that aren't loaded here. */
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

/** The dictionary of guessable words. The build takes it from the library's package for all languages. */
export interface Dictionary {
  readonly passwords: WordList
  /** The words of Diceware. */
  readonly words: WordList
  /** Which keys are next to each other, for each keyboard layout. */
  readonly keyboards: NonNullable<OptionsType['graphs']>
}

/**
 * Makes a strength estimator. It scores the password only up to the maximum password length, but compares all of it with the
 * common ones. An estimate blocks its thread for up to a tenth of a second.
 */
export function createStrengthEstimator({
  passwords,
  words,
  keyboards,
}: Dictionary): (password: string, badWords: readonly string[]) => Estimate {
  const zxcvbn = new ZxcvbnFactory({ graphs: keyboards, maxLength: MAX_PASSWORD_BYTES })
  // biome-ignore lint/complexity/useLiteralKeys: `options` is private in the library's types, but only it accepts lists that aren't arrays.
  const { rankedDictionaries, rankedDictionariesMaxWordSize } = zxcvbn['options']
  for (const [name, list] of Object.entries({ 'diceware-common': words, 'passwords-common': passwords })) {
    rankedDictionaries[name] = ranksOf(list)
    rankedDictionariesMaxWordSize[name] = list.maxLength
  }
  const isCommon = createCommonPasswordCheck(passwords)

  return function estimateStrength(password, badWords) {
    const { score, feedback } = zxcvbn.check(password, [...badWords])
    const suggestions = feedback.suggestions.flatMap((suggestion) => SUGGESTIONS[suggestion] ?? [])
    return {
      score,
      warning: WARNINGS[feedback.warning ?? ''],
      suggestions: [...new Set(suggestions)],
      isCommon: isCommon(password),
    }
  }
}

/** The list in the form in which the library looks words up. */
function ranksOf(list: WordList): Record<string, number> {
  return new Proxy({}, { get: (_target, word) => list.rankOf(String(word)) })
}
