import { dictionary } from '@zxcvbn-ts/language-common'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { breachedRules } from '../../src/core/password/rules.js'
import { type RandomNumbers, suggestPassword, suggestWords } from '../../views/scripts/suggest-password.js'
import { typedMailbox } from '../../views/scripts/typed-mailbox.js'
import { isCommonPassword } from '../kit/strength.js'

const LIST = dictionary['diceware-common']
const RANGE = 2 ** 32
const NOBODY = typedMailbox('')

function policyOf(minLength: number) {
  return { minLength, minScore: 3, brandWords: [], maxBytes: 72, addressPartMinLength: 4 }
}

/** Evenly distributed numbers from a seed: mulberry32. */
function randomFrom(seed: number): RandomNumbers {
  let state = seed
  return (count) =>
    Uint32Array.from({ length: count }, () => {
      state = (state + 0x6d2b79f5) | 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return mixed ^ (mixed >>> 14)
    })
}

/** Returns these numbers in order, then zeros, and counts how many were taken. */
function randomOf(...numbers: number[]): { readonly random: RandomNumbers; taken(): number } {
  let index = 0
  const random = (count: number) => Uint32Array.from({ length: count }, () => numbers[index++] ?? 0)
  return { random, taken: () => index }
}

const typedAddress = fc.oneof(
  fc.emailAddress(),
  fc.string({ unit: 'grapheme' }),
  fc
    .tuple(fc.constantFrom(...LIST), fc.constantFrom(...LIST))
    .map(([name, domain]) => `${name}@${domain}.org`),
)

describe.each([
  ['of words', (...parts: Parameters<typeof suggestPassword>) => suggestWords(LIST, ...parts)],
  ['of characters', suggestPassword],
])('a suggested password %s', (_what, suggest) => {
  it(`a suggested password ${_what} keeps every rule, whatever the policy, the address and the chance`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: 64 }),
        typedAddress,
        fc.integer({ min: 0, max: RANGE - 1 }),
        (minLength, address, seed) => {
          const mailbox = typedMailbox(address)
          const password = suggest(policyOf(minLength), mailbox, randomFrom(seed))
          expect(
            breachedRules({ minLength, isCommon: isCommonPassword }, mailbox, password, undefined),
          ).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })

  it(`a suggested password ${_what} is another one each time`, () => {
    const random = randomFrom(1)
    const many = Array.from({ length: 500 }, () => suggest(policyOf(8), NOBODY, random))
    expect(new Set(many).size).toBe(500)
  })

  it(`a suggested password ${_what} gives up where chance is broken, rather than break a rule`, () => {
    const always = () => Uint32Array.of(0)
    const mailbox = typedMailbox(`${LIST[0]?.padEnd(4, 'x')}@aaaa.org`)
    const first = suggest(policyOf(8), NOBODY, always)
    expect(() => suggest(policyOf(8), { ...mailbox, localPart: first.slice(0, 8) }, always)).toThrow(
      'no password keeps the rules',
    )
  })
})

it('what a suggestion is made of is five words or more of a list of 7,776 different ones: 64 bits', () => {
  expect(new Set(LIST).size).toBe(7776)
  const { random, taken } = randomOf(0, 1, 7775, 7776, 2)
  expect(suggestWords(LIST, policyOf(8), NOBODY, random)).toBe(
    [LIST[0], LIST[1], LIST[7775], LIST[0], LIST[2]].join('-'),
  )
  expect(taken()).toBe(5)
  expect(Math.log2(LIST.length) * 5).toBeGreaterThan(64)
})

it('what a suggestion is made of is twenty characters or more of 57 that are not taken for one another: 116 bits', () => {
  const random = randomFrom(7)
  const characters = new Set<string>()
  for (let index = 0; index < 200; index++) {
    const password = suggestPassword(policyOf(8), NOBODY, random)
    expect(password).toMatch(/^(?:[a-zA-Z2-9]{5}-){3}[a-zA-Z2-9]{5}$/)
    for (const character of password.replaceAll('-', '')) characters.add(character)
  }
  expect(characters.size).toBe(57)
  for (const lookalike of '0O1Il') expect(characters).not.toContain(lookalike)
})

it.each([
  ['words', 7776, (random: RandomNumbers) => suggestWords(LIST, policyOf(8), NOBODY, random), LIST[0], 5],
  ['characters', 57, (random: RandomNumbers) => suggestPassword(policyOf(8), NOBODY, random), 'a', 20],
])(
  'what a suggestion is made of comes with the same chance, each of the %s: the uneven rest is thrown away',
  (_what, size, suggest, first, parts) => {
    const rest = RANGE % size
    expect(rest).toBeGreaterThan(0)
    // The first and the last number of the rest: both are discarded, and the next one counts.
    const thrown = randomOf(RANGE - rest, RANGE - 1, 0)
    expect(suggest(thrown.random).startsWith(String(first))).toBe(true)
    expect(thrown.taken()).toBe(parts + 2)
    // The last one before the rest stands for the last item.
    const kept = randomOf(RANGE - rest - 1)
    expect(suggest(kept.random).startsWith(String(first))).toBe(false)
    expect(kept.taken()).toBe(parts)
  },
)
