import { type OptionsType, ZxcvbnFactory } from '@zxcvbn-ts/core'
import { MAX_PASSWORD_BYTES } from '../core/password/rules.js'
import type { Estimate, StrengthSuggestion, StrengthWarning } from '../core/password/strength.js'
import { createCommonPasswordCheck } from './common-passwords.js'
import type { WordList } from './word-list.js'

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

/** What guessers know, as the build takes it from the library's package of what all languages share. */
export interface Dictionary {
  /** Common passwords. */
  readonly passwords: WordList
  /** Words for dice. */
  readonly words: WordList
  /** Which keys are neighbours, by the layout of the keyboard. */
  readonly keyboards: NonNullable<OptionsType['graphs']>
}

/**
 * Makes an estimator of strength. What it is given is looked at as far as a password may go, and in whole whether it is common. It computes: up to a tenth of a
 * second for a password, in which nothing else runs.
 */
export function createStrengthEstimator({
  passwords,
  words,
  keyboards,
}: Dictionary): (password: string, badWords: readonly string[]) => Estimate {
  const zxcvbn = new ZxcvbnFactory({ graphs: keyboards, maxLength: MAX_PASSWORD_BYTES })
  // biome-ignore lint/complexity/useLiteralKeys: it is private in the library's types, and only these let a list be no array.
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

/** A list as the library looks words up in it. */
function ranksOf(list: WordList): Record<string, number> {
  return new Proxy({}, { get: (_target, word) => list.rankOf(String(word)) })
}
