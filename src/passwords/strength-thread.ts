import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { BulkheadRejectedError, bulkhead } from 'cockatiel'
import type { Estimate, EstimateStrength, Strength } from '../core/password/strength.js'
import { inTime } from '../lib/in-time.js'
import { runQueued } from '../lib/run-queued.js'
import type { StrengthQuestion } from './strength-worker.js'

export interface ThreadParts {
  /** The worker's file: strength-worker.js, as it was built. */
  readonly script: URL
  /** How long a worker may take to start. */
  readonly startTimeoutMs: number
  /** How long one estimate may take, and how long a question may wait for its turn. */
  readonly timeoutMs: number
  /** How many questions may wait for their turn. */
  readonly maxQueue: number
  /** After how long without a question the worker ends, for the sake of its memory. */
  readonly idleMs: number
}

/** Estimates strength beside the event loop: one question at a time, by a worker that starts with the first one. */
export interface StrengthThread {
  readonly estimateStrength: EstimateStrength
  /** Ends the worker. It keeps no process alive; this is for those that must leave nothing open. */
  close(): Promise<void>
}

/** Why there is no estimate. */
class NotEstimated extends Error {
  readonly missing: 'busy' | 'late' | 'died'

  constructor(missing: NotEstimated['missing']) {
    super(missing)
    this.missing = missing
  }
}

/** A worker, and its word that it is ready. */
interface Started {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

/** The lists take 25 MB. Left alone, the worker would let garbage pile up before it cleans up. */
const MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

export function createStrengthThread(parts: ThreadParts): StrengthThread {
  const queue = bulkhead(1, parts.maxQueue)
  let current: Started | undefined
  let idle: NodeJS.Timeout | undefined

  function start(): Started {
    // An option that the process was started with need not suit a worker.
    const worker = new Worker(parts.script, { resourceLimits: MEMORY, execArgv: [] })
    worker.unref()
    const drop = (): void => {
      if (current?.worker === worker) current = undefined
    }
    // What it fails with may quote the password: that it failed says enough.
    worker.on('error', drop).on('exit', drop)
    return { worker, ready: nextMessage(worker) }
  }

  async function ask(question: StrengthQuestion): Promise<Strength> {
    clearTimeout(idle)
    current ??= start()
    const { worker, ready } = current
    try {
      await inTime(ready, parts.startTimeoutMs, late)
      const answer = nextMessage(worker)
      worker.postMessage(question)
      const strength = (await inTime(answer, parts.timeoutMs, late)) as Strength
      idle = setTimeout(close, parts.idleMs).unref()
      return strength
    } catch (error) {
      // What is late may stay so: it is ended, and the next question gets another one.
      current = undefined
      void worker.terminate()
      throw error
    }
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    const ending = current
    // A question that comes meanwhile gets another worker.
    current = undefined
    await ending?.worker.terminate()
  }

  return {
    close,
    async estimateStrength(password, badWords): Promise<Estimate> {
      const question = { password: password.reveal(), badWords }
      try {
        const inQueue = <Result>(work: () => Promise<Result>) => queue.execute(work)
        return { strength: await runQueued(inQueue, parts.timeoutMs, busy, () => ask(question)) }
      } catch (error) {
        if (error instanceof BulkheadRejectedError) return { missing: 'busy' }
        if (error instanceof NotEstimated) return { missing: error.missing }
        throw error
      }
    },
  }
}

/** What the worker says next; fails if it ends before. */
async function nextMessage(worker: Worker): Promise<unknown> {
  const stop = new AbortController()
  const said = once(worker, 'message', { signal: stop.signal }).then(([message]) => message)
  const ended = once(worker, 'exit', { signal: stop.signal }).then(() => Promise.reject(new Error('ended')))
  try {
    return await Promise.race([said, ended])
  } catch {
    throw new NotEstimated('died')
  } finally {
    stop.abort()
  }
}

function late(): NotEstimated {
  return new NotEstimated('late')
}

function busy(): NotEstimated {
  return new NotEstimated('busy')
}
