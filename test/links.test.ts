import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const root = new URL('../', import.meta.url)
const documents = ['.', 'docs'].flatMap((directory) =>
  readdirSync(new URL(directory, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (directory === '.' ? name : `${directory}/${name}`)),
)

function textOf(file: URL): string {
  return readFileSync(file, 'utf8')
}

/** The anchors of a document's headings, as forges make them. */
function anchorsIn(file: URL): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('the documents', () => {
  it.each(documents)('%s leads to files and headings that there are', (name) => {
    const file = new URL(name, root)
    const links = [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    const broken = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const target = new URL(link, file)
      const anchor = target.hash.slice(1)
      target.hash = ''
      return !existsSync(target) || (anchor !== '' && !anchorsIn(target).includes(anchor))
    })
    expect(broken).toEqual([])
  })

  it('have a section of the changelog for the version that this is', () => {
    const versions = [...textOf(new URL('CHANGELOG.md', root)).matchAll(/^## \[?(\d[^\s\]]*)/gm)]
    expect(versions.map(([, version]) => version)).toContain(manifest.version)
  })
})
