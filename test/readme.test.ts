import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { variables } from '../src/config.js'

describe('the README', () => {
  it('has a row for each variable, with its default, and no other', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rows = [...readme.matchAll(/^\| `((?:REKEY|HESTIA)_[A-Z0-9_]+)` \|([^|\n]*)\|/gm)]
    const documented = Object.fromEntries(
      rows.map(([, name, value]) => [name, value?.replaceAll('`', '').trim()]),
    )
    const expected = Object.fromEntries(
      Object.entries(variables).map(([name, field]) => {
        const parsed = field.safeParse(undefined)
        return [name, parsed.success ? printed(parsed.data) : '']
      }),
    )
    expect(documented).toEqual(expected)
  })
})

/** A default as an admin would write it. */
function printed(value: unknown): string {
  if (value === undefined) return ''
  if (value === '') return '/'
  if (Array.isArray(value)) return value.join(',')
  if (typeof value !== 'object' || value === null) return String(value)
  const { count, windowMs } = value as { count: number; windowMs: number }
  return windowMs % 3_600_000 === 0 ? `${count}/${windowMs / 3_600_000}h` : `${count}/${windowMs / 60_000}m`
}
