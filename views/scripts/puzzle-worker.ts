import { sha256 } from '@noble/hashes/sha2.js'
import type { Challenge, SolvedChallenge } from '../../src/core/puzzle.js'

// The worker that solves a puzzle. It doesn't use the browser's SHA-256, which is missing on pages without TLS, and slower for
// such short texts.

export type PuzzleReply = { readonly tried: number } | SolvedChallenge

/** Reports its progress after this many tries: several times a second. */
const STEP = 20_000

self.addEventListener('message', ({ data }: MessageEvent<Challenge>) => {
  self.postMessage({ challenge: data, solution: solve(data.parameters) } satisfies PuzzleReply)
})

function solve({ salt, nonce, keyPrefix }: Challenge['parameters']): SolvedChallenge['solution'] {
  const head = bytesOf(salt + nonce)
  const prefix = bytesOf(keyPrefix)
  const text = new Uint8Array(head.length + 4)
  const view = new DataView(text.buffer)
  text.set(head)
  for (let counter = 0; ; counter++) {
    view.setUint32(head.length, counter)
    const key = sha256(text)
    if (prefix.every((byte, index) => key[index] === byte)) return { counter, derivedKey: hexOf(key) }
    if (counter % STEP === 0) self.postMessage({ tried: counter } satisfies PuzzleReply)
  }
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16))
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
