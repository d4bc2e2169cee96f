import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  accentStylesheet,
  type Color,
  contrast,
  createAccent,
  DARK_PAPERS,
  LEAST_CONTRAST,
  LIGHT_PAPERS,
  parseColor,
  printColor,
} from '../../src/branding/accent.js'

const channel = fc.integer({ min: 0, max: 255 })
const color: fc.Arbitrary<Color> = fc.tuple(channel, channel, channel)
const accepted = color.filter((each) =>
  LIGHT_PAPERS.every((paper) => contrast(each, paper) >= LEAST_CONTRAST),
)

function colorOf(text: string): Color {
  const parsed = parseColor(text)
  if (!parsed) throw new Error(`${text} is no color`)
  return parsed
}

it.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#ffffff', 1],
  ['#777777', '#ffffff', 4.48],
  ['#767676', '#ffffff', 4.54],
  ['#ff0000', '#ffffff', 4],
  ['#0000ff', '#ffffff', 8.59],
])('the contrast of two colors %s and %s is %d:1, either way round', (one, other, ratio) => {
  expect(contrast(colorOf(one), colorOf(other))).toBeCloseTo(ratio, 2)
  expect(contrast(colorOf(other), colorOf(one))).toBeCloseTo(ratio, 2)
})

it('the contrast of two colors lies between 1 and 21', () => {
  fc.assert(
    fc.property(color, color, (one, other) => {
      expect(contrast(one, other)).toBeGreaterThanOrEqual(1)
      expect(contrast(one, other)).toBeLessThanOrEqual(21)
    }),
  )
})

it('the contrast of two colors is of colors that can be written and read again', () => {
  fc.assert(fc.property(color, (each) => void expect(parseColor(printColor(each))).toEqual(each)))
})

it('an accent can be read, and read upon, on the light page and on the dark one, whatever color was accepted', () => {
  fc.assert(
    fc.property(accepted, (each) => {
      const { light, dark } = createAccent(each)
      const pairs = [
        ...LIGHT_PAPERS.map((paper) => [light.accent, paper]),
        [light.accent, light.onAccent],
        ...DARK_PAPERS.map((paper) => [dark.accent, paper]),
        [dark.accent, dark.onAccent],
      ] as [Color, Color][]
      for (const [one, other] of pairs) {
        expect(contrast(one, other)).toBeGreaterThanOrEqual(LEAST_CONTRAST)
      }
    }),
    { numRuns: 2000 },
  )
})

it('an accent is the very color that was configured on the light page, and on the dark one if it can be', () => {
  const color = colorOf('#7a2e9d')
  expect(createAccent(color).light.accent).toBe(color)
  const [paper] = DARK_PAPERS
  expect(paper && contrast(createAccent(color).dark.accent, paper)).toBeLessThan(LEAST_CONTRAST + 0.2)
})

it('an accent is measured against the papers of the style', () => {
  const style = readFileSync(new URL('../../views/assets/style.css', import.meta.url), 'utf8')
  const [light = '', dark = ''] = style.split('(prefers-color-scheme: dark)')
  const papersOf = (text: string) =>
    [...text.matchAll(/--(?:paper|ground): (#[\da-f]+);/g)].map(([, paper = '']) =>
      paper.replace('#fff', '#ffffff'),
    )
  expect(papersOf(light)).toEqual(LIGHT_PAPERS.map(printColor))
  expect(papersOf(dark)).toEqual(DARK_PAPERS.map(printColor))
})

it('an accent is a stylesheet that sets two properties, for light and dark', () => {
  expect(accentStylesheet(createAccent(colorOf('#7A2E9D')))).toBe(
    `:root {
  --accent: #7a2e9d;
  --on-accent: #ffffff;
}

@media (prefers-color-scheme: dark) {
  :root {
    --accent: #a977bf;
    --on-accent: #10202f;
  }
}
`,
  )
})
