import type { KeyCooldown } from '../core/key-cooldown.js'
import type { Clock } from '../lib/clock.js'
import type { Asked, CommandAnswer, RefusedCall } from './read-answer.js'

const KEY_REFUSED: RefusedCall = { is: 'refused', refusal: 'key-refused' }
const UNTRIED: RefusedCall = { is: 'refused', refusal: 'command-untried' }

/**
 * For how long (ms) no command is tried, after one was forbidden, but those that the key is known to be permitted: the
 * panel counts each as a failed login (Hestia's `bin/v-check-access-key`, `abort_missmatch`), and its fail2ban bans
 * after five within ten minutes.
 */
const FORBIDDEN_COOLDOWN_MS = 10 * 60_000

type Answer = CommandAnswer | RefusedCall

interface Call {
  /** The command. */
  readonly name: string
  readonly asked: Asked
  /** False for a change. */
  readonly repeatable: boolean
}

/**
 * Stands before every call of the panel, so that the panel's fail2ban does not ban this host. Calls that are under way
 * when a key is taken away can't be helped: so many may fail at once as may run at once.
 */
export interface KeyGuard {
  /** Sends the call, or answers it itself while the panel is not to be asked. */
  pass(call: Call, send: () => Promise<Answer>): Promise<Answer>
  /** Whether the cool-down after a refused key lasts. */
  isCoolingDown(): Promise<boolean>
}

/**
 * As long as it is not known whether the key may run a command, one call goes ahead alone: a wrong key is sent once, not
 * eight times.
 *
 * @param cooldown for all commands, when the panel refused the key
 */
export function createKeyGuard(cooldown: KeyCooldown, clock: Clock): KeyGuard {
  const permitted = new Set<string>()
  const forbidden = new Map<string, RefusedCall>()
  let forbiddenUntilMs = Number.NEGATIVE_INFINITY
  let scout: Promise<Answer> | undefined

  async function knownAnswer({ name, asked }: Call): Promise<RefusedCall | undefined> {
    if (await cooldown.isCoolingDown()) return KEY_REFUSED
    if (permitted.has(name) || clock.now() >= forbiddenUntilMs) return undefined
    // A call for the output is told why, and it may be no fault of the key.
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
      // What was known of the key may be of another by the time that it is taken again.
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
        // A change may take long, and comes after commands that ran: nobody needs to wait for it.
        if (permitted.has(call.name) || !call.repeatable) return sendAndLearn(call, send)
        if (!scout) return goAhead(call, send)
        // Where the panel does not answer, nobody waits for more than one call.
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
