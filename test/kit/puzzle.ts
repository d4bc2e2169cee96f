import { hash } from 'node:crypto'
import type { Challenge, SolvedChallenge } from '../../src/core/puzzle.js'

/** Solves a puzzle as its schema describes it. */
export function solve({ parameters, signature }: Challenge, from = 0): SolvedChallenge {
  const text = Buffer.from(`${parameters.salt}${parameters.nonce}00000000`, 'hex')
  for (let counter = from; ; counter++) {
    text.writeUInt32BE(counter, text.length - 4)
    const derivedKey = hash('sha256', text, 'hex')
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return { challenge: { parameters, signature }, solution: { counter, derivedKey } }
    }
  }
}

/** Encodes a solution for sending. */
export function encode(solved: object): string {
  return Buffer.from(JSON.stringify(solved)).toString('base64')
}
