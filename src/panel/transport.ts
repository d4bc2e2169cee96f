import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RawAnswer } from './read-answer.js'

/** Why no answer came. */
export type TransportFailureReason = 'unreachable' | 'tls-refused' | 'timed-out' | 'reset' | 'cut-off'

/** There was no complete answer. */
export class TransportFailure extends Error {
  override readonly name = 'TransportFailure'
  readonly reason: TransportFailureReason
  /** Whether it was a time-out, including one while connecting. Nothing was refused or broken. */
  readonly isLate: boolean

  constructor(reason: TransportFailureReason, cause?: unknown, isLate = reason === 'timed-out') {
    super(`no answer from the panel: ${reason}`, { cause })
    this.reason = reason
    this.isLate = isLate
  }

  /** Whether the panel may have received the call and run the command. */
  get mayHaveRun(): boolean {
    return this.reason !== 'unreachable' && this.reason !== 'tls-refused'
  }
}

/**
 * Posts one call to the panel's API and returns the complete answer, or throws a `TransportFailure`.
 *
 * @param timeoutMs for the whole call, including connecting
 */
export type Transport = (fields: Record<string, string>, timeoutMs: number) => Promise<RawAnswer>

export function createTransport(dispatcher: Dispatcher, url: URL): Transport {
  return function post(fields, timeoutMs) {
    const request = {
      origin: url.origin,
      path: '/api/',
      method: 'POST' as const,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    }
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(resolve, reject)
      const timer = setTimeout(() => exchange.giveUp(), timeoutMs)
      exchange.onSettled = () => clearTimeout(timer)
      dispatcher.dispatch(request, exchange)
    })
  }
}

/**
 * One call and its answer. It uses undici's `dispatch`, a level below `request()`, because that shows whether a failed call was
 * sent. A call that still waits for a connection at the time-out isn't sent any more.
 */
class Exchange implements Dispatcher.DispatchHandler {
  onSettled = (): void => undefined
  readonly #resolve: (answer: RawAnswer) => void
  readonly #reject: (failure: TransportFailure) => void
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #head: Omit<RawAnswer, 'body'> | undefined
  #settled = false

  constructor(resolve: (answer: RawAnswer) => void, reject: (failure: TransportFailure) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  giveUp(): void {
    const failure = new TransportFailure(this.#controller ? 'timed-out' : 'unreachable', undefined, true)
    this.#fail(failure)
    this.#controller?.abort(failure)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(new TransportFailure('unreachable'))
    else this.#controller = controller
  }

  onResponseStart(_controller: unknown, status: number, headers: IncomingHttpHeaders): void {
    const header = headers['hestia-exit-code']
    this.#head = { status, exitCodeHeader: Array.isArray(header) ? header.join() : header }
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.#head) return
    this.#settle()
    this.#resolve({ ...this.#head, body: Buffer.concat(this.#chunks).toString('utf8') })
  }

  onResponseError(_controller: unknown, error: Error): void {
    if (error instanceof TransportFailure) this.#fail(error)
    else if (!this.#controller) this.#fail(new TransportFailure('unreachable', error))
    else this.#fail(new TransportFailure(this.#head ? 'cut-off' : 'reset', error))
  }

  #fail(failure: TransportFailure): void {
    if (this.#settled) return
    this.#settle()
    this.#reject(failure)
  }

  #settle(): void {
    this.#settled = true
    this.onSettled()
  }
}
