import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readCatalogues } from '../../src/languages/load-catalogues.js'
import { root } from '../kit/document-links.js'

it('the table of terms has a row for each language', () => {
  const text = readFileSync(new URL('docs/languages.md', root), 'utf8')
  const rows = [...text.matchAll(/^\| `(\S+)` (.+?) \|/gm)].map(([, tag, name]) => `${tag} ${name}`)
  const catalogues = [...readCatalogues(new URL('views', root).pathname).values()]
  expect(rows.sort()).toEqual(catalogues.map(({ language, name }) => `${language} ${name}`).sort())
})
