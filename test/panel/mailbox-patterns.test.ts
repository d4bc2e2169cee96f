import fc from 'fast-check'
import { expect, it } from 'vitest'
import { exactPattern, siblingsPattern } from '../../src/panel/mailbox-patterns.js'
import { createLineMatcher } from '../panel-simulator/hazards/basic-expression.js'

const name = fc
  .array(fc.constantFrom('a', 'b', '0', '-', '_', '.', '.'), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join(''))

/** Whether the panel's search with this pattern finds a mailbox of this name. */
function finds(pattern: string, stored: string): boolean {
  return createLineMatcher(`ACCOUNT='${pattern}'`)(`ACCOUNT='${stored}'`)
}

/** Pairs of names. In about half of them, the first finds the second. */
const pairs = name.chain((asked) => {
  const like = [...asked].map((character) =>
    character === '.' ? fc.constantFrom('.', 'a', '-') : fc.constant(character),
  )
  const found = fc.tuple(...like).map((characters) => characters.join(''))
  return fc.tuple(fc.constant(asked), fc.oneof(found, name))
})

it('the exact pattern finds only the name', () => {
  fc.assert(
    fc.property(pairs, ([asked, stored]) => {
      expect(finds(exactPattern(asked), stored)).toBe(asked === stored)
    }),
    { numRuns: 1000 },
  )
})

it('the pattern of the siblings finds exactly the other names that the plain name finds', () => {
  fc.assert(
    fc.property(pairs, ([asked, stored]) => {
      const pattern = siblingsPattern(asked)
      const isSibling = pattern !== undefined && finds(pattern, stored)
      expect(isSibling).toBe(finds(asked, stored) && asked !== stored)
    }),
    { numRuns: 1000 },
  )
})

it.each([
  ['info', 'info', undefined],
  ['john.doe', 'john\\.doe', 'john[^.]doe'],
  ['a.b.c', 'a\\.b\\.c', '\\(a[^.]b.c\\|a.b[^.]c\\)'],
  ['.', '\\.', '[^.]'],
])('for %s the patterns are %s and %s', (localPart, exact, siblings) => {
  expect([exactPattern(localPart), siblingsPattern(localPart)]).toEqual([exact, siblings])
})
