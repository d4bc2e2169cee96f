import { isCommonPassword } from '../../src/passwords/common-passwords.js'
import { createStrengthEstimator } from '../../src/passwords/strength-estimator.js'
import type { Question, Reply } from './strength.js'

// The file of the page's worker: it holds each password against the dictionary, as the server does.

const estimateStrength = createStrengthEstimator()

self.addEventListener('message', ({ data: { id, password, badWords } }: MessageEvent<Question>) => {
  const estimate = { ...estimateStrength(password, badWords), isCommon: isCommonPassword(password) }
  self.postMessage({ id, estimate } satisfies Reply)
})
