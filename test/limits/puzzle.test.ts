import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/sha'
import fc from 'fast-check'
import { beforeEach, expect, it, vi } from 'vitest'
import type { OnceStore } from '../../src/core/once-store.js'
import { createPuzzles } from '../../src/limits/puzzle.js'
import { createMemoryOnceStore } from '../../src/store/memory-once-store.js'
import { createTestClock } from '../kit/clock.js'
import { encode, solve } from '../kit/puzzle.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000_000_000 }))

const SECRET = 'mailbox info@example.org'
const KEY = Buffer.alloc(32, 'key')

/** Easy puzzles, solved in a millisecond. */
function puzzlesOf(once: OnceStore = createMemoryOnceStore(createTestClock()), key = KEY) {
  return createPuzzles({ key, once }, 50)
}

/** Every value in what is sent, by its path. */
function leavesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...path, name]))
}

/** Changes one bit of the value at a path (of hex digits, to another hex digit). */
function withBitChanged(value: unknown, [name, ...rest]: readonly string[], bit: number): unknown {
  if (name !== undefined) {
    const tree = value as Record<string, unknown>
    return { ...tree, [name]: withBitChanged(tree[name], rest, bit) }
  }
  if (typeof value === 'number') return value ^ (1 << (bit % 31))
  const text = String(value)
  const at = Math.floor(bit / 4) % text.length
  const digit = Number.parseInt(text[at] ?? '', 16)
  const changed = Number.isNaN(digit) ? '!' : (digit ^ (1 << (bit % 4))).toString(16)
  return text.slice(0, at) + changed + text.slice(at + 1)
}

it('a solved puzzle allows one attempt at its secret', async () => {
  const puzzles = puzzlesOf()
  const solution = encode(solve(puzzles.pose(SECRET)))
  expect(await puzzles.accepts('mailbox sales@example.org', solution)).toBe(false)
  expect(await puzzles.accepts(SECRET, solution)).toBe(true)
  expect(await puzzles.accepts(SECRET, solution)).toBe(false)
})

it('a puzzle reveals neither its secret nor that another one is for the same', () => {
  const puzzles = puzzlesOf()
  const [one, other] = [puzzles.pose(SECRET), puzzles.pose(SECRET)]
  expect(JSON.stringify(one)).not.toMatch(/info|example/)
  const changing = ['nonce', 'salt', 'keyPrefix'] as const
  for (const name of changing) expect(one.parameters[name]).not.toBe(other.parameters[name])
  expect(one.signature).not.toBe(other.signature)
})

it('ALTCHA’s own library solves a puzzle, and its result is accepted with its members in any order', async () => {
  const puzzles = puzzlesOf()
  const { parameters, signature } = puzzles.pose(SECRET)
  const reversed = Object.fromEntries(Object.entries(parameters).toReversed()) as typeof parameters
  const challenge = { signature, parameters: reversed }
  const solution = await solveChallenge({ challenge, deriveKey })
  expect(solution?.counter).toBeLessThanOrEqual(parameters.data.maxCounter)
  expect(await puzzles.accepts(SECRET, encode({ challenge, solution }))).toBe(true)
})

it('a puzzle with any bit changed allows nothing, and uses nothing up', async () => {
  const puzzles = puzzlesOf()
  const solved = solve(puzzles.pose(SECRET))
  const change = fc.record({ path: fc.constantFrom(...leavesOf(solved)), bit: fc.nat(255) })
  await fc.assert(
    fc.asyncProperty(change, async ({ path, bit }) => {
      expect(await puzzles.accepts(SECRET, encode(withBitChanged(solved, path, bit) as object))).toBe(false)
    }),
    { numRuns: 1000 },
  )
  expect(await puzzles.accepts(SECRET, encode(solved))).toBe(true)
})

it('a puzzle with a member more or less allows nothing', async () => {
  const puzzles = puzzlesOf()
  const { challenge, solution } = solve(puzzles.pose(SECRET))
  const fewer = Object.fromEntries(Object.entries(challenge.parameters).slice(1))
  for (const parameters of [fewer, { ...challenge.parameters, more: 1 }]) {
    const solved = { challenge: { ...challenge, parameters }, solution }
    expect(await puzzles.accepts(SECRET, encode(solved))).toBe(false)
  }
})

it('a counter that is not the solution allows nothing', async () => {
  const puzzles = puzzlesOf()
  const { challenge, solution } = solve(puzzles.pose(SECRET))
  const { parameters } = challenge
  const next = solution.counter + 1
  // An empty prefix matches every key.
  const itsKey = solve({ ...challenge, parameters: { ...parameters, keyPrefix: '' } }, next).solution
  const forged = [itsKey, { ...solution, counter: next }, solve(puzzles.pose(SECRET)).solution]
  for (const each of forged) {
    expect(await puzzles.accepts(SECRET, encode({ challenge, solution: each }))).toBe(false)
  }
})

it('a puzzle is valid for two minutes', async () => {
  const puzzles = puzzlesOf()
  const [first, second] = [solve(puzzles.pose(SECRET)), solve(puzzles.pose(SECRET))]
  vi.setSystemTime(Date.now() + 119_000)
  expect(await puzzles.accepts(SECRET, encode(first))).toBe(true)
  vi.setSystemTime(Date.now() + 1000)
  expect(await puzzles.accepts(SECRET, encode(second))).toBe(false)
})

it('a puzzle is solved once in all instances that share its key and store, and never in another', async () => {
  const once = createMemoryOnceStore(createTestClock())
  const [one, other] = [puzzlesOf(once), puzzlesOf(once)]
  const stranger = puzzlesOf(once, Buffer.alloc(32, 'another'))
  const solution = encode(solve(one.pose(SECRET)))
  expect(await stranger.accepts(SECRET, solution)).toBe(false)
  const tries = await Promise.all([one, other, one, other].map(({ accepts }) => accepts(SECRET, solution)))
  expect(tries.filter(Boolean)).toHaveLength(1)
})

it('a puzzle allows nothing if no more can be remembered', async () => {
  const puzzles = puzzlesOf(createMemoryOnceStore(createTestClock(), 1))
  const [first, second] = [solve(puzzles.pose(SECRET)), solve(puzzles.pose(SECRET))]
  expect(await puzzles.accepts(SECRET, encode(first))).toBe(true)
  expect(await puzzles.accepts(SECRET, encode(second))).toBe(false)
})

it('any other text as a solution allows nothing', async () => {
  const puzzles = puzzlesOf()
  const solved = solve(puzzles.pose(SECRET))
  const long = encode({ ...solved, more: 'x'.repeat(8000) })
  const texts = ['', '!', 'bnVsbA==', encode([]), encode(solved).slice(1), JSON.stringify(solved), long]
  for (const text of texts) expect(await puzzles.accepts(SECRET, text), text).toBe(false)
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json().map(btoaOf)), async (text) => {
      expect(await puzzles.accepts(SECRET, text)).toBe(false)
    }),
  )
})

function btoaOf(text: string): string {
  return Buffer.from(text).toString('base64')
}
