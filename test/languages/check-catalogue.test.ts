import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { viewsDirectories } from '../../src/config/views-folder.js'
import { answerCodes, fieldFaultCodes } from '../../src/core/answer.js'
import { passwordReasonCodes } from '../../src/core/password/rules.js'
import { strengthSuggestions, strengthWarnings } from '../../src/core/password/strength.js'
import { checkCatalogue } from '../../src/languages/check-catalogue.js'
import { loadCatalogues } from '../../src/languages/load-catalogues.js'

type Content = Record<string, Record<string, unknown>>

const ours = viewsDirectories(undefined)
const english = readFileSync(`${ours[0]}messages/en.json`, 'utf8')
const reference = JSON.parse(english)

/** The faults of the English catalogue with a change, as another language's. */
function faultsOf(change: (content: Content) => void, language = 'en'): readonly string[] {
  const content = { ...JSON.parse(english), language }
  change(content)
  const checked = checkCatalogue(language, content, reference)
  return checked.ok ? [] : checked.faults
}

it('a catalogue of ours has every key and every placeholder, in every language', () => {
  const loaded = loadCatalogues(ours)
  expect(loaded).toMatchObject({ ok: true })
})

it.each([
  ['a missing text', (c: Content) => void delete c.page?.title, 'page.title is missing or wrong'],
  ['a missing section', (c: Content) => void delete c.steps, 'steps is missing or wrong'],
  [
    'an empty text',
    (c: Content) => void Object.assign(c.page ?? {}, { title: '' }),
    'page.title is missing or wrong',
  ],
  ['a surplus text', (c: Content) => void Object.assign(c.page ?? {}, { tile: 'x' }), 'page.tile is unknown'],
  [
    'a placeholder too many',
    (c: Content) => void Object.assign(c.page ?? {}, { title: 'Hello {name}' }),
    'page.title must contain no placeholder',
  ],
  [
    'a placeholder too few',
    (c: Content) => void Object.assign(c.answer?.['panel-busy'] ?? {}, { detail: 'Wait.' }),
    'answer.panel-busy.detail must contain {wait}',
  ],
  [
    'half a placeholder',
    (c: Content) => void Object.assign(c.answer?.['panel-busy'] ?? {}, { detail: 'Wait {wait} or {wait.' }),
    'answer.panel-busy.detail must contain {wait}',
  ],
  [
    'no plural forms',
    (c: Content) => void Object.assign(c.reason ?? {}, { 'too-short': 'At least {min}' }),
    'reason.too-short is missing or wrong',
  ],
  [
    'a plural form too few',
    (c: Content) => void Object.assign(c.reason ?? {}, { 'too-short': { other: 'At least {min}' } }),
    'reason.too-short.one is missing',
  ],
  [
    'a plural form that the language does not have',
    (c: Content) =>
      void Object.assign(c.reason ?? {}, { 'too-short': { one: '{min}', few: '{min}', other: '{min}' } }),
    'reason.too-short.few isn’t a plural form of this language',
  ],
  [
    'a plural form that no language has',
    (c: Content) =>
      void Object.assign(c.reason ?? {}, { 'too-short': { one: '{min}', other: '{min}', odd: '{min}' } }),
    'reason.too-short.odd is unknown',
  ],
  [
    'a plural form that is no text',
    (c: Content) => void Object.assign(c.reason ?? {}, { 'too-short': { one: 1, other: '{min}' } }),
    'reason.too-short.one is missing or wrong',
  ],
  [
    'a list in the place of a section',
    (c: Content) => void Object.assign(c, { steps: [] }),
    'steps is missing or wrong',
  ],
  [
    'a direction that no writing has',
    (c: Content) => void Object.assign(c, { direction: 'up' }),
    'direction is missing or wrong',
  ],
])('a catalogue with %s is refused by name', (_what, change, fault) => {
  expect(faultsOf(change)).toEqual([fault])
})

it('a catalogue of English has words for every code, and for no other', () => {
  const { answer, field, reason, strength } = reference
  const codes = [
    [answer, [...answerCodes, 'puzzle-needed', 'help-puzzle-needed']],
    [field, fieldFaultCodes],
    [reason, passwordReasonCodes],
    [strength.warning, strengthWarnings],
    [strength.suggestion, strengthSuggestions],
  ]
  for (const [words, known] of codes) expect(Object.keys(words).toSorted()).toEqual(known.toSorted())
})

it('a catalogue may say one number in words where its plural form is for that alone', () => {
  const forms = { one: 'Use a character.', other: 'Use {min} characters.' }
  const change = (c: Content): void =>
    void Object.assign(c.reason ?? {}, { 'too-short': forms, 'too-long': forms })
  expect(faultsOf((c) => void Object.assign(c.reason ?? {}, { 'too-short': forms }))).toEqual([])
  // In Russian, 21 and 31 also have the form `one`.
  expect(faultsOf(change, 'ru')).toContain('reason.too-short.one must contain {min}')
})

it('a catalogue is for the language that its file is named after', () => {
  const content = JSON.parse(english)
  expect(checkCatalogue('de', content, reference)).toEqual({
    ok: false,
    faults: ['language must match the file’s name'],
  })
  expect(checkCatalogue('not a tag', { ...content, language: 'not a tag' }, reference)).toEqual({
    ok: false,
    faults: ['the file’s name isn’t a language tag (BCP 47)'],
  })
  expect(checkCatalogue('en', undefined, reference)).toMatchObject({ ok: false })
})
