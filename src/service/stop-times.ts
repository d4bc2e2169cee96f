import { PERSON_PATIENCE_MS } from '../http/submission/patience.js'

/** How long (ms) a process that stops waits for requests on connections that it has taken: their senders have no other. */
export const LAST_REQUESTS_MS = 250

/** How long (ms) a process that stops waits for what follows the last attempts: notifications, and checks of new passwords. */
export const FOLLOW_UP_MS = 2000

/** How long (ms) the last answers may take to leave. */
export const LAST_ANSWERS_MS = 1000

/** For the connections to the panel and the store to end. */
const CLOSE_MS = 500

/**
 * After what time (ms) a process that was told to stop ends in any case. Attempts under way have the longest patience of a caller and
 * a panel command's time-out. A change that is sent when its caller's patience ends, and whose answer is then lost, may be cut off:
 * the caller is told no more than that the answer was lost.
 */
export function longestStopMs(requestTimeoutMs: number, panelTimeoutMs: number): number {
  const attemptMs = Math.max(PERSON_PATIENCE_MS, requestTimeoutMs) + panelTimeoutMs
  return LAST_REQUESTS_MS + attemptMs + Math.max(FOLLOW_UP_MS, LAST_ANSWERS_MS) + CLOSE_MS
}
