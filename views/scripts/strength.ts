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
 * Estimates strength in a worker, which loads its dictionary when somebody first types. Returns undefined if a newer password was
 * typed meanwhile, or if the worker can't be loaded.
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
      // It will never answer again. The next key starts another.
      worker = undefined
      finish()
    }
    running.addEventListener('error', giveUp, { signal: end.signal })
    running.postMessage({ id, password, badWords } satisfies Question)
  })
}
