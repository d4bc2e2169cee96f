import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { doctorCodes } from '../../src/doctor/finding.js'

it('docs/troubleshooting.md has one row for each code of the doctor, and no other', () => {
  const text = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\|[^|\n]+\| `([a-z-]+)` \| \S[^|\n]+\|$/gm)].map(([, code]) => code)
  expect(rows.toSorted()).toEqual([...doctorCodes].toSorted())
})
