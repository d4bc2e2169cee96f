import { readdirSync, readFileSync } from 'node:fs'

/** The root of the repository. */
export const root = new URL('../../', import.meta.url)

/** The documents in a directory of the repository, as paths from its root. */
export function documentsIn(directory: '.' | 'docs'): string[] {
  return readdirSync(new URL(directory, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => (directory === '.' ? name : `${directory}/${name}`))
}

/** The files that a document links to, with their anchors. */
export function linksIn(document: URL): URL[] {
  const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => !/^[a-z]+:/.test(link)).map((link) => new URL(link, document))
}
