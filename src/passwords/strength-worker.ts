import { readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { createStrengthEstimator } from './strength-estimator.js'
import { readWordList } from './word-list.js'

// The worker of strength-thread.ts: reports that it is ready, then answers each request. `workerData` is the URL of the folder
// with the dictionary.

/** A request to the worker. */
export interface StrengthQuestion {
  readonly password: string
  readonly badWords: readonly string[]
}

const read = (name: string): Buffer => readFileSync(new URL(name, workerData))

const estimateStrength = createStrengthEstimator({
  passwords: readWordList(read('passwords.txt')),
  words: readWordList(read('words.txt')),
  keyboards: JSON.parse(read('keyboards.json').toString()),
})
parentPort?.on('message', ({ password, badWords }: StrengthQuestion) => {
  parentPort?.postMessage(estimateStrength(password, badWords))
})
parentPort?.postMessage('ready')
