import { PERSON_TIMEOUT_MS } from '../http/submission/person-timeout.js'

/** How long (ms) a stopping process waits for requests on open connections: their senders can't use another connection. */
export const LAST_REQUESTS_MS = 250

/** How long (ms) a stopping process waits for notifications and for checks of new passwords. */
export const FOLLOW_UP_MS = 2000

/** How long (ms) a stopping process waits until the last responses have been sent. */
export const LAST_ANSWERS_MS = 1000

/** How long (ms) closing the connections to the panel and the store may take. */
const CLOSE_MS = 500

/**
 * How long (ms) a stopping process may take at most. It gives running attempts the longest time that a caller waits, and the time-out
 * of a panel command. One case isn't covered: a change that was sent at the end of that time and whose response is lost. Rekey may
 * stop before it has checked the outcome, so the caller learns only that the response was lost.
 */
export function longestStopMs(requestTimeoutMs: number, panelTimeoutMs: number): number {
  const attemptMs = Math.max(PERSON_TIMEOUT_MS, requestTimeoutMs) + panelTimeoutMs
  return LAST_REQUESTS_MS + attemptMs + Math.max(FOLLOW_UP_MS, LAST_ANSWERS_MS) + CLOSE_MS
}
