import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { documentsIn, linksIn, root } from '../kit/document-links.js'

const pages = documentsIn('docs')

function textOf(file: URL): string {
  return readFileSync(file, 'utf8')
}

/** The anchors of a document's headings, as code hosting sites make them. */
function anchorsIn(file: URL): string[] {
  return [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it.each([...documentsIn('.'), ...pages])(
  'the documents %s leads to files and headings that there are',
  (name) => {
    const broken = linksIn(new URL(name, root)).filter((target) => {
      const anchor = target.hash.slice(1)
      target.hash = ''
      return !existsSync(target) || (anchor !== '' && !anchorsIn(target).includes(anchor))
    })
    expect(broken.map(String)).toEqual([])
  },
)

it('the documents are all listed in docs/README.md, which the README names', () => {
  const list = textOf(new URL('docs/README.md', root))
  const others = pages.filter((page) => page !== 'docs/README.md')
  expect(others.filter((page) => !list.includes(`](${page.replace('docs/', '')})`))).toEqual([])
  expect(textOf(new URL('README.md', root))).toContain('](docs/README.md)')
})

it('the documents have a section of the changelog for the version that this is', () => {
  const versions = [...textOf(new URL('CHANGELOG.md', root)).matchAll(/^## \[?(\d[^\s\]]*)/gm)]
  expect(versions.map(([, version]) => version)).toContain(manifest.version)
})
