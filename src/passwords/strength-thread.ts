import { Worker } from 'node:worker_threads'
import { type Estimate, type EstimateStrength, StrengthNotEstimated } from '../core/password/strength.js'
import { createFairTurns } from '../lib/fair-turns.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import type { StrengthQuestion } from './strength-worker.js'

export interface ThreadParts {
  /** The built file strength-worker.js. */
  readonly script: URL
  /** The folder with the dictionary, as built. */
  readonly dictionary: URL
  readonly startTimeoutMs: number
  readonly timeoutMs: number
  /** How long a request may wait for its turn. */
  readonly maxWaitMs: number
  readonly maxWaiting: number
  /** How long after the last request or `warmUp` the worker ends, to free its memory. */
  readonly idleMs: number
}

/**
 * Estimates strength off the event loop, in a worker. It takes one request at a time, in turns between client addresses (an IPv6
 * network of 64 bits counts as one).
 */
export interface StrengthThread {
  /** Also rejects if the worker ends before it has answered, which is a bug in Rekey. */
  readonly estimateStrength: EstimateStrength
  /** Starts the worker if it isn't running, because a request may come soon. */
  warmUp(): void
  /** Ends the worker. The worker doesn't keep the process alive, so only callers that must leave nothing open need this. */
  close(): Promise<void>
}

/** The worker ended before it had answered. Its error isn't kept, because it may quote the password. */
class StrengthWorkerEnded extends Error {
  override readonly name = 'StrengthWorkerEnded'
}

/** A worker, and the promise that it is ready. */
interface Started {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

/** Half would be enough. Without a limit, the worker's garbage piles up before it is collected. */
const MEMORY = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

export function createStrengthThread(parts: ThreadParts): StrengthThread {
  const { maxWaiting, maxWaitMs } = parts
  const takeTurn = createFairTurns({
    atOnce: 1,
    ofOneSender: 1,
    maxWaiting,
    refusal: () => new StrengthNotEstimated('strength-busy'),
  })
  let current: Started | undefined
  let idle: NodeJS.Timeout | undefined

  function start(): Started {
    // The options of the process may not suit a worker.
    const worker = new Worker(parts.script, {
      workerData: parts.dictionary.href,
      resourceLimits: MEMORY,
      execArgv: [],
    })
    worker.unref()
    const drop = (): void => {
      if (current?.worker === worker) current = undefined
    }
    worker.on('error', drop).on('exit', drop)
    const ready = nextMessage(worker)
    // The next request gets the error.
    ready.catch(() => undefined)
    return { worker, ready }
  }

  async function ask(question: StrengthQuestion): Promise<Estimate> {
    clearTimeout(idle)
    current ??= start()
    const { worker, ready } = current
    try {
      await inTime(ready, parts.startTimeoutMs, late)
      const answer = nextMessage(worker)
      worker.postMessage(question)
      const estimate = (await inTime(answer, parts.timeoutMs, late)) as Estimate
      endWhenIdle()
      return estimate
    } catch (error) {
      // A late worker may stay stuck, so end it. The next request starts another.
      current = undefined
      void worker.terminate()
      throw error
    }
  }

  function endWhenIdle(): void {
    clearTimeout(idle)
    idle = setTimeout(close, parts.idleMs).unref()
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    const ending = current
    // A request that arrives meanwhile starts another worker.
    current = undefined
    await ending?.worker.terminate()
  }

  return {
    close,
    warmUp() {
      current ??= start()
      endWhenIdle()
    },
    estimateStrength: (password, badWords, clientAddress, hungUp) =>
      takeTurn(networkOf(clientAddress), maxWaitMs, () => {
        hungUp?.throwIfAborted()
        return ask({ password: password.reveal(), badWords })
      }),
  }
}

/** The worker's next message. Rejects if the worker ends first. */
function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const tell = (message: unknown): void => {
      worker.off('exit', fail)
      resolve(message)
    }
    const fail = (): void => {
      worker.off('message', tell)
      reject(new StrengthWorkerEnded())
    }
    worker.once('message', tell).once('exit', fail)
  })
}

function late(): StrengthNotEstimated {
  return new StrengthNotEstimated('strength-late')
}
