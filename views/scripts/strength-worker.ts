import { adjacencyGraphs } from '@zxcvbn-ts/language-common'
import passwordsText from '../../dist/passwords/dictionary/passwords.txt'
import wordsText from '../../dist/passwords/dictionary/words.txt'
import { createCommonPasswordCheck } from '../../src/passwords/common-passwords.js'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'
import { readWordList, type WordList } from '../../src/passwords/word-list.js'
import type { Question, Reply } from './strength.js'

// The file of the page's worker: it holds each password against the dictionary, as the server does.

const read = (text: string): WordList => readWordList(new TextEncoder().encode(text))

const passwords = read(passwordsText)
const isCommonPassword = createCommonPasswordCheck(passwords)
const estimateStrength = createStrengthEstimator({
  passwords,
  words: read(wordsText),
  keyboards: adjacencyGraphs,
})

self.addEventListener('message', ({ data: { id, password, badWords } }: MessageEvent<Question>) => {
  const estimate = { ...estimateStrength(password, badWords), isCommon: isCommonPassword(password) }
  self.postMessage({ id, estimate } satisfies Reply)
})
