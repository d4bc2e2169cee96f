import { expect, it } from 'vitest'
import { viewsDirectories } from '../../src/config/views-folder.js'
import { readCatalogues } from '../../src/languages/load-catalogues.js'

const catalogues = readCatalogues(viewsDirectories(undefined)[0] ?? '')
const english = textsUnder('', catalogues.get('en'))
const others = [...catalogues].filter(([language]) => language !== 'en')

/** English words that other languages use too. */
const sameWord = [
  'direction',
  'devices.server',
  'devices.port',
  'recover.link',
  'link.label',
  'page.errorPrefix',
]

it.each(others)('no text in %s is the English one', (_language, messages) => {
  const texts = textsUnder('', messages)
  const untranslated = [...texts].filter(([key, text]) => english.get(key) === text).map(([key]) => key)
  expect(untranslated.filter((key) => !sameWord.includes(key))).toEqual([])
})

function textsUnder(key: string, content: unknown): ReadonlyMap<string, string> {
  if (typeof content === 'string') return new Map([[key, content]])
  const entries = Object.entries(content as object)
  return new Map(
    entries.flatMap(([name, value]) => [...textsUnder(key === '' ? name : `${key}.${name}`, value)]),
  )
}
