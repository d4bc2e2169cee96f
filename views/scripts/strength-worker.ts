import { adjacencyGraphs } from '@zxcvbn-ts/language-common'
import passwordsText from '../../dist/passwords/dictionary/passwords.txt'
import wordsText from '../../dist/passwords/dictionary/words.txt'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'
import { readWordList, type WordList } from '../../src/passwords/word-list.js'
import type { Question, Reply } from './strength.js'

// The page's worker. It estimates strength with the same dictionary as the server.

const read = (text: string): WordList => readWordList(new TextEncoder().encode(text))

const estimateStrength = createStrengthEstimator({
  passwords: read(passwordsText),
  words: read(wordsText),
  keyboards: adjacencyGraphs,
})

self.addEventListener('message', ({ data: { id, password, badWords } }: MessageEvent<Question>) => {
  self.postMessage({ id, estimate: estimateStrength(password, badWords) } satisfies Reply)
})
