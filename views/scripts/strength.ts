import type { Estimate } from '../../src/core/password/strength.js'

export interface Question {
  readonly id: number
  readonly password: string
  readonly badWords: readonly string[]
}

export interface Reply {
  readonly id: number
  readonly estimate: Estimate
}

let worker: Worker | undefined
let latestId = 0

/**
 * Estimates in a worker, whose dictionary is loaded when somebody types for the first time. Gives undefined for a password
 * that another one has followed meanwhile, and where the worker can't be loaded.
 */
export function estimateStrength(
  password: string,
  badWords: readonly string[],
): Promise<Estimate | undefined> {
  latestId += 1
  const id = latestId
  worker ??= new Worker(new URL('strength-worker.js', import.meta.url))
  const running = worker
  return new Promise((resolve) => {
    const end = new AbortController()
    const finish = (estimate?: Estimate): void => {
      end.abort()
      resolve(estimate)
    }
    running.addEventListener(
      'message',
      ({ data }: MessageEvent<Reply>) => {
        if (data.id >= id) finish(data.id === id ? data.estimate : undefined)
      },
      { signal: end.signal },
    )
    const giveUp = (): void => {
      // It never answers again; the next key tries another one.
      worker = undefined
      finish()
    }
    running.addEventListener('error', giveUp, { signal: end.signal })
    running.postMessage({ id, password, badWords } satisfies Question)
  })
}
