import { Worker } from 'node:worker_threads'
import { type Estimate, type EstimateStrength, StrengthNotEstimated } from '../core/password/strength.js'
import { createFairTurns } from '../lib/fair-turns.js'
import { inTime } from '../lib/in-time.js'
import { networkOf } from '../lib/ip-address.js'
import type { StrengthQuestion } from './strength-worker.js'

export interface ThreadParts {
  /** The worker's file: strength-worker.js, as it was built. */
  readonly script: URL
  /** The folder with the dictionary, as the build makes it. */
  readonly dictionary: URL
  /** How long a worker may take to start. */
  readonly startTimeoutMs: number
  /** How long one estimate may take. */
  readonly timeoutMs: number
  /** How long a question may wait for its turn. */
  readonly maxWaitMs: number
  /** How many questions may wait for their turn. */
  readonly maxWaiting: number
  /** How long after the last question or `warmUp` the worker ends, for the sake of its memory. */
  readonly idleMs: number
}

/**
 * Estimates strength beside the event loop: one question at a time, in turns between client addresses (an IPv6 network of
 * 64 bits is one), by a worker that starts with the first one or before it.
 */
export interface StrengthThread {
  /** Rejects also if the worker ends before it has answered: then something is wrong with Rekey itself. */
  readonly estimateStrength: EstimateStrength
  /** Starts the worker if there is none: a question may come soon. */
  warmUp(): void
  /** Ends the worker. It keeps no process alive; this is for those that must leave nothing open. */
  close(): Promise<void>
}

/** The worker ended before it had answered. What it failed with may quote the password: that it failed says enough. */
class StrengthWorkerEnded extends Error {
  override readonly name = 'StrengthWorkerEnded'
}

/** A worker, and its word that it is ready. */
interface Started {
  readonly worker: Worker
  readonly ready: Promise<unknown>
}

/** Half would do. Left alone, the worker would let garbage pile up before it cleans up. */
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
    // An option that the process was started with need not suit a worker.
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
    // The next question finds it out.
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
      // What is late may stay so: it is ended, and the next question gets another one.
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
    // A question that comes meanwhile gets another worker.
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

/** What the worker says next; fails if it ends before. */
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
