import { expect, it } from 'vitest'
import { viewsDirectories } from '../../src/config/views-folder.js'
import { readCatalogues } from '../../src/languages/load-catalogues.js'

const catalogues = readCatalogues(viewsDirectories(undefined)[0] ?? '')

/** A one-letter word, such as a preposition, and the space after it. */
const LOOSE_WORD = /(?<![\p{L}\p{N}{])[ksvzouaiw] \S+/giu

it.each(['cs', 'pl'])('no line of %s can end with a one-letter word', (language) => {
  const texts = JSON.stringify(catalogues.get(language))
  expect(texts.match(LOOSE_WORD) ?? []).toEqual([])
})
