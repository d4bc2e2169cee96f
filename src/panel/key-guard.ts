import type { KeyRest } from '../core/key-rest.js'
import type { CommandAnswer, RefusedCall } from './read-answer.js'

const KEY_REFUSED: RefusedCall = { is: 'refused', refusal: 'key-refused' }

type Answer = CommandAnswer | RefusedCall

/** Stands before every call of the panel. */
export interface KeyGuard {
  /** Sends the call, or answers `key-refused` itself while the panel is left alone. */
  pass(send: () => Promise<Answer>): Promise<Answer>
  /** Whether the panel is left alone now. */
  isResting(): Promise<boolean>
}

/** As long as the key is not known to be good, one call goes ahead alone: a wrong key knocks once, not eight times. */
export function createKeyGuard(rest: KeyRest): KeyGuard {
  let knownGood = false
  let scout: Promise<Answer> | undefined

  async function sendAndLearn(send: () => Promise<Answer>): Promise<Answer> {
    const answer = await send()
    if (answer.is === 'ran') knownGood = true
    if (answer.is === 'refused' && answer.refusal === 'key-refused') {
      knownGood = false
      await rest.begin()
    }
    return answer
  }

  return {
    async pass(send) {
      if (await rest.isResting()) return KEY_REFUSED
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
      return (await rest.isResting()) ? KEY_REFUSED : sendAndLearn(send)
    },

    isResting: () => rest.isResting(),
  }
}
