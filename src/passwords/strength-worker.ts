import { parentPort } from 'node:worker_threads'
import { createStrengthEstimator } from './strength-estimator.js'

// The file of the worker (strength-thread.ts): it says that it is ready, then answers each question.

/** What the worker is asked. */
export interface StrengthQuestion {
  readonly password: string
  readonly badWords: readonly string[]
}

const estimateStrength = createStrengthEstimator()
parentPort?.on('message', ({ password, badWords }: StrengthQuestion) => {
  parentPort?.postMessage(estimateStrength(password, badWords))
})
parentPort?.postMessage('ready')
