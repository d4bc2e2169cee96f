import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import type { OnceStore } from '../core/once-store.js'
import { type Challenge, type SolvedChallenge, solvedChallenge } from '../core/puzzle.js'

const VALID_MS = 120_000

/** Longer than a puzzle is valid: the clocks of instances may differ. */
const REMEMBERED_MS = 600_000

/** On average, half as many hashes are computed. docs/security.md says how long that takes. */
const MAX_COUNTER = 800_000

/** A solution is shorter than 700 characters. */
const MAX_LENGTH = 2000

/** Puzzles that cost the sender some seconds of computing (proof of work). */
export interface Puzzles {
  /**
   * A puzzle that allows one attempt at a secret. Valid for two minutes.
   *
   * @param secret what is guessed, such as `mailbox info@example.org`; the puzzle doesn't reveal it
   */
  pose(secret: string): Challenge
  /** Whether this solves a puzzle for this secret for the first time. Rejects with `StoreUnavailable`. */
  accepts(secret: string, solution: string): Promise<boolean>
}

interface PuzzleParts {
  /** Signs the puzzles. Instances with the same key accept each other's. */
  readonly key: Buffer
  /** Remembers solved puzzles. */
  readonly once: OnceStore
}

export function createPuzzles({ key, once }: PuzzleParts, maxCounter = MAX_COUNTER): Puzzles {
  /** JSON has no line break here, so no other pair gives the same text. */
  function sign(parameters: Challenge['parameters'], secret: string): Buffer {
    return createHmac('sha256', key)
      .update(`${JSON.stringify(parameters)}\n${secret}`)
      .digest()
  }

  return {
    pose(secret) {
      const [nonce, salt] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')]
      const parameters: Challenge['parameters'] = {
        algorithm: 'SHA-256',
        cost: 1,
        data: { maxCounter },
        expiresAt: Math.floor((Date.now() + VALID_MS) / 1000),
        keyLength: 32,
        keyPrefix: hashOf(salt, nonce, randomInt(maxCounter) + 1).slice(0, 32),
        nonce,
        salt,
      }
      return { parameters, signature: sign(parameters, secret).toString('hex') }
    },

    async accepts(secret, solution) {
      const solved = read(solution)
      if (!solved) return false
      const { parameters, signature } = solved.challenge
      if (!timingSafeEqual(sign(parameters, secret), Buffer.from(signature, 'hex'))) return false
      if (parameters.expiresAt * 1000 <= Date.now() || !isSolved(parameters, solved.solution)) return false
      return await once.use(`puzzle:${parameters.nonce}`, REMEMBERED_MS)
    },
  }
}

function read(solution: string): SolvedChallenge | undefined {
  if (solution.length > MAX_LENGTH) return undefined
  try {
    return solvedChallenge.safeParse(JSON.parse(Buffer.from(solution, 'base64').toString())).data
  } catch {
    return undefined
  }
}

function isSolved(
  { salt, nonce, keyPrefix }: Challenge['parameters'],
  { counter, derivedKey }: SolvedChallenge['solution'],
): boolean {
  return derivedKey.startsWith(keyPrefix) && derivedKey === hashOf(salt, nonce, counter)
}

function hashOf(salt: string, nonce: string, counter: number): string {
  const text = Buffer.from(`${salt}${nonce}00000000`, 'hex')
  text.writeUInt32BE(counter, text.length - 4)
  return createHash('sha256').update(text).digest('hex')
}
