import type { Clock } from '../core/clock.js'
import type { CommandAnswer, RefusedCall } from './read-answer.js'

/** How long the panel is left alone after it refused the service's key: its fail2ban bans who keeps knocking. */
const REST_MS = 60_000

const KEY_REFUSED: RefusedCall = { is: 'refused', refusal: 'key-refused' }

type Answer = CommandAnswer | RefusedCall

/** Stands before every call of the panel. */
export interface KeyGuard {
  /** Sends the call, or answers `key-refused` itself while the panel is left alone. */
  pass(send: () => Promise<Answer>): Promise<Answer>
  /** Whether the panel is left alone now. */
  isResting(): boolean
}

/** As long as the key is not known to be good, one call goes ahead alone: a wrong key knocks once, not eight times. */
export function createKeyGuard(clock: Clock): KeyGuard {
  let knownGood = false
  let restUntil = Number.NEGATIVE_INFINITY
  let scout: Promise<Answer> | undefined

  const isResting = (): boolean => clock.now() < restUntil

  async function sendAndLearn(send: () => Promise<Answer>): Promise<Answer> {
    const answer = await send()
    if (answer.is === 'ran') knownGood = true
    if (answer.is === 'refused' && answer.refusal === 'key-refused') {
      knownGood = false
      restUntil = clock.now() + REST_MS
    }
    return answer
  }

  return {
    async pass(send) {
      if (isResting()) return KEY_REFUSED
      if (knownGood) return sendAndLearn(send)
      if (!scout) {
        scout = sendAndLearn(send)
        try {
          return await scout
        } finally {
          scout = undefined
        }
      }
      await scout.catch(() => undefined)
      return isResting() ? KEY_REFUSED : sendAndLearn(send)
    },

    isResting,
  }
}
