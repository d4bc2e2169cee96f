import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { documentsIn, root } from '../kit/document-links.js'

/** The repository's files and folders that a document names between backticks, except those that tests write. */
function pathsIn(text: string): string[] {
  const names = [...text.matchAll(/`((?:bench|deploy|integrations|scripts|src|test|views)\/[\w./-]*)`/g)]
  return names.map(([, path = '']) => path).filter((path) => !path.startsWith('test/e2e/screenshots/'))
}

it.each([...documentsIn('.'), ...documentsIn('docs')])(
  '%s names only files and folders that exist',
  (name) => {
    const paths = pathsIn(readFileSync(new URL(name, root), 'utf8'))
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  },
)

it('docs/architecture.md has a row for each folder of src, and for no other', () => {
  const text = readFileSync(new URL('docs/architecture.md', root), 'utf8')
  const [, table = ''] = /\| folder of `src\/` .*\n\|.*\n((?:\|.*\n)+)/.exec(text) ?? []
  const listed = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder),
  )
  const folders = readdirSync(new URL('src', root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(fileURLToPath(new URL('src', root)), join(entry.parentPath, entry.name)))
  expect(listed.toSorted()).toEqual(folders.toSorted())
})
