import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultOf } from '../../scripts/configuration.js'
import { variables } from '../../src/config/load.js'

it('the README names only variables that exist, each with its default, and leads to the page with all of them', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const rows = [...readme.matchAll(/^\| `((?:REKEY|HESTIA)_[A-Z0-9_]+)` \|([^|\n]*)\|/gm)]
  const documented = rows.map(([, name, value]) => [name, value?.replaceAll('`', '').trim()])
  const expected = Object.entries(variables).map(([name, field]) => [name, defaultOf(field)])
  expect(documented.length).toBeGreaterThan(5)
  for (const row of documented) expect(expected).toContainEqual(row)
  expect(readme).toContain('](docs/configuration.md)')
})
