import type { KeyCooldown } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'
import type { Asked, CommandAnswer, RefusedCall } from './read-answer.js'

const KEY_REFUSED: RefusedCall = { is: 'refused', refusal: 'key-refused' }
const UNTRIED: RefusedCall = { is: 'refused', refusal: 'command-untried' }

/**
 * How long (ms) only permitted commands are sent after one was forbidden. The panel counts that as a failed login (Hestia's
 * `bin/v-check-access-key`, `abort_missmatch`), and its fail2ban bans after five within ten minutes.
 */
const FORBIDDEN_COOLDOWN_MS = 10 * 60_000

type Answer = CommandAnswer | RefusedCall

interface Call {
  readonly name: string
  readonly asked: Asked
  /** False for a change. */
  readonly repeatable: boolean
}

/**
 * Checks every call, so the panel's fail2ban doesn't ban this host. When a key is revoked, calls that are already running may all
 * fail.
 */
export interface KeyGuard {
  /** Sends the call, or answers itself if the panel must not be asked. */
  pass(call: Call, send: () => Promise<Answer>): Promise<Answer>
  /** Whether the cool-down after a refused key is on. */
  isCoolingDown(): Promise<boolean>
}

/**
 * Sends commands one at a time that aren't known to be permitted, except changes. So a wrong key is sent once, not eight times.
 *
 * @param cooldown stops all commands after the panel refused the key
 */
export function createKeyGuard(cooldown: KeyCooldown, clock: Clock): KeyGuard {
  const permitted = new Set<string>()
  const forbidden = new Map<string, RefusedCall>()
  let forbiddenUntilMs = Number.NEGATIVE_INFINITY
  let scout: Promise<Answer> | undefined

  async function knownAnswer({ name, asked }: Call): Promise<RefusedCall | undefined> {
    if (await cooldown.isCoolingDown()) return KEY_REFUSED
    if (permitted.has(name) || clock.now() >= forbiddenUntilMs) return undefined
    // Only a call for the output gets the reason, which may not be the key.
    if (asked === 'output' && !isReasonKnown()) return undefined
    return forbidden.get(name) ?? UNTRIED
  }

  function isReasonKnown(): boolean {
    return [...forbidden.values()].some(({ refusal }) => refusal === 'command-forbidden')
  }

  async function sendAndLearn({ name }: Call, send: () => Promise<Answer>): Promise<Answer> {
    const answer = await send()
    if (answer.is === 'ran') permitted.add(name)
    else if (answer.refusal === 'key-refused') {
      // Another key may be in use when the panel accepts one again.
      permitted.clear()
      forbiddenUntilMs = Number.NEGATIVE_INFINITY
      await cooldown.begin()
    } else if (answer.refusal === 'command-forbidden' || answer.refusal === 'forbidden') {
      remember(name, answer)
    }
    return answer
  }

  function remember(name: string, answer: RefusedCall): void {
    permitted.delete(name)
    if (clock.now() >= forbiddenUntilMs) forbidden.clear()
    forbidden.set(name, answer)
    forbiddenUntilMs = clock.now() + FORBIDDEN_COOLDOWN_MS
  }

  async function goAhead(call: Call, send: () => Promise<Answer>): Promise<Answer> {
    scout = sendAndLearn(call, send)
    try {
      return await scout
    } finally {
      scout = undefined
    }
  }

  return {
    async pass(call, send) {
      for (;;) {
        const known = await knownAnswer(call)
        if (known) return known
        // A change may take long and comes after other commands, so nothing needs to wait for it.
        if (permitted.has(call.name) || !call.repeatable) return sendAndLearn(call, send)
        if (!scout) return goAhead(call, send)
        // If the panel doesn't answer, no call waits for more than one other.
        const hasFailed = await scout.then(
          () => false,
          () => true,
        )
        if (hasFailed) return (await knownAnswer(call)) ?? sendAndLearn(call, send)
      }
    },

    isCoolingDown: () => cooldown.isCoolingDown(),
  }
}
