import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultOf } from '../../scripts/configuration.js'
import { makeDocuments } from '../../scripts/documents.js'
import { variables } from '../../src/config/load.js'
import { answerCodes, answers } from '../../src/core/answer.js'

it.each(Object.entries(makeDocuments()))(
  'the files that are made from the code have %s up to date: run `npm run docs`',
  (path, text) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text)
  },
)

const text = makeDocuments()['docs/configuration.md'] ?? ''

it('the documented configuration has one row for each variable, and no other', () => {
  const rows = [...text.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, name]) => name)
  expect(rows.toSorted()).toEqual(Object.keys(variables).toSorted())
})

it.each(Object.entries(variables))(
  'the documented configuration describes %s, and its written default is its default',
  (_name, field) => {
    expect(field.description).toMatch(/^\S[^|\n]{8,}[.…]$/)
    const written = defaultOf(field)
    if (written !== '') expect(field.parse(written)).toEqual(field.parse(undefined))
  },
)

it('the documented JSON interface has each code of a refusal, with its status', () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^\| (`[^|]*`) \| (\d{3}[^|]*) \|/gm)].flatMap(
    ([, names = '', numbers = '']) => {
      const statuses = numbers.split(', ').map(Number)
      return [...names.matchAll(/`([^`]+)`/g)].map(([, code], at) => [code, statuses[at] ?? statuses[0]])
    },
  )
  const refusals = answerCodes.filter((code) => answers[code].status >= 400)
  expect(documented.toSorted()).toEqual(refusals.map((code) => [code, answers[code].status]).toSorted())
})
