import { readFileSync } from 'node:fs'

/** Reads a document, by its path in the project. */
export function readDocument(document: string): string {
  return readFileSync(new URL(`../../../${document}`, import.meta.url), 'utf8')
}

/** The code blocks in a language under a heading of a document. Throws if there are none. */
export function blocksFrom(document: string, heading: string, language: string): string[] {
  const section =
    readDocument(document)
      .split(/^#+ /m)
      .find((part) => part.startsWith(`${heading}\n`)) ?? ''
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms')
  const blocks = [...section.matchAll(fenced)].map(([, block = '']) => block)
  if (blocks.length === 0) throw new Error(`${document} has no ${language} under “${heading}”`)
  return blocks
}
