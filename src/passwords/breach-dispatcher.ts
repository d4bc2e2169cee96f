import { Agent, type Dispatcher } from 'undici'
import { type ServerTrust, verificationOf } from '../lib/server-trust.js'

/** A range has some 40 KB, with its padding up to twice as much. */
const MAX_ANSWER_BYTES = 256 * 1024

const MAX_CONNECTIONS = 8

/**
 * Connections to a server of breached passwords, kept for the next question.
 *
 * @param timeoutMs how long connecting may take
 */
export function createBreachDispatcher(trust: ServerTrust, timeoutMs: number): Dispatcher {
  return new Agent({
    connections: MAX_CONNECTIONS,
    connect: { timeout: timeoutMs, ...verificationOf(trust) },
    maxResponseSize: MAX_ANSWER_BYTES,
  })
}
