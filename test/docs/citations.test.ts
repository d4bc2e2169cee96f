import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { root } from '../kit/document-links.js'

/** The code of a folder, with each wrapped comment as one line. */
function codeIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
  return files
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(`${folder}/${path}`, root), 'utf8'))
    .map((text) => text.replaceAll(/\n\s*(?:\*|\/\/) /g, ' '))
}

it('comments in the code cite only sections of docs/hestia.md that exist', () => {
  const headings = readFileSync(new URL('docs/hestia.md', root), 'utf8').match(/(?<=^#+ ).*/gm) ?? []
  const hazards = headings.flatMap((heading) => /^Hazard \d+/.exec(heading) ?? [])
  const sections = new Set([...headings, ...hazards].map((heading) => heading.toLowerCase()))
  const cited = [...codeIn('src'), ...codeIn('test')].flatMap((text) => [
    ...[...text.matchAll(/docs\/hestia\.md, "([^"]+)"/g)].map(([, heading = '']) => heading.toLowerCase()),
    ...[...text.matchAll(/\bhazards? (\d+)(?: (?:to|and) (\d+))?/g)].flatMap(([, first, last = first]) => [
      `hazard ${first}`,
      `hazard ${last}`,
    ]),
  ])
  expect(cited.length).toBeGreaterThan(10)
  expect(cited.filter((section) => !sections.has(section))).toEqual([])
})
