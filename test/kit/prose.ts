import { readFileSync } from 'node:fs'
import { root } from './document-links.js'

/**
 * The sentences of a document: those in paragraphs and lists, and those in table cells, where a semicolon also ends a sentence.
 */
export interface Prose {
  readonly sentences: readonly string[]
  readonly cells: readonly string[]
}

/** Reads a document's prose, without headings and code blocks. Text between backticks counts as one word. */
export function proseOf(path: string): Prose {
  const text = readFileSync(new URL(path, root), 'utf8')
    .replaceAll(/^ *```.*?^ *```$/gms, '')
    .replaceAll(/<!--.*?-->/gs, '')
    .replaceAll(/`[^`\n]+`/g, 'CODE')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/^#.*$/gm, '')
  const lines = text.split('\n')
  const rows = lines.filter((line) => line.startsWith('|'))
  const paragraphs = lines
    .map((line) => (line.startsWith('|') ? '' : line.replace(/^\s*(?:[-*]|\d+\.) /, '\n')))
    .join('\n')
    .split(/\n{2,}/)
  return {
    sentences: paragraphs.flatMap(sentencesOf),
    cells: rows.flatMap((row) => row.split(/[|;]/)).flatMap(sentencesOf),
  }
}

export function countWords(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}

function sentencesOf(paragraph: string): string[] {
  return paragraph
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?][*”")]*) (?=[*“"(]*[\p{Lu}\p{N}])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => countWords(sentence) > 0)
}
