import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { documentsIn, root } from '../kit/document-links.js'
import { countWords, proseOf } from '../kit/prose.js'

/** Phrases that a tired reader must read twice, or doesn't search for, each with what to write instead. */
const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bbut for\b/g, 'except, apart from'],
  [/\b(?:hold|holds|held) (?:[\w’'-]+ ){0,3}against\b/gi, 'checked against, compared with'],
  [/\b(?:is|are|was|were) to be\b/g, 'must be; “no action is needed”'],
  [/\bwho(?:m|se)?(?:so)?ever\b/gi, 'anyone who, everybody'],
  [/\bshall\b/g, 'must'],
  [/\bnone but\b/gi, 'only'],
  [/\bthat which\b/g, 'the one that, what'],
  [/\bof (?:its|their|his|her) own\b/g, 'a separate, its own'],
  [/\blook(?:s|ed|ing)? after\b/g, 'check, manage'],
  [/\b(?:or else|else would|would else)\b/g, 'otherwise'],
  [/\bthat there (?:is|are)\b(?=[.,;:)])/g, 'that exist'],
  [/\b(?:lest|seldom|thereby|whence|heeds?|heeded|in vain)\b/gi, 'a word that is in use'],
  [/\btells? of\b/g, 'reports'],
  [/\bcures?\b/gi, 'fix'],
  [/\bpresent password\b/gi, 'current password'],
]

/** Bounds of readability, in words: a floor, not the goal, which is under 20 for most sentences. */
const LONGEST_SENTENCE = 35
const AVERAGE_SENTENCE = 16

function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(new URL(folder, root), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(root.pathname.length))
}

/** A file's text, its wrapped comments and paragraphs as one line each; a document's without what is between backticks. */
function linesOf(path: string): string {
  const text = readFileSync(new URL(path, root), 'utf8').replaceAll(/\n\s*(?:\*|\/\/|#)?[^\S\n]*(?=\S)/g, ' ')
  return path.endsWith('.md') ? text.replaceAll(/`[^`]*`/g, '`…`') : text
}

const texts = [
  ...documentsIn('.'),
  ...documentsIn('docs'),
  ...filesIn('deploy/', /./),
  ...filesIn('integrations/', /./),
  ...filesIn('src/', /\.ts$/),
  ...['scripts/', 'bench/', 'fuzz/', 'test/'].flatMap((folder) => filesIn(folder, /(?<!words\.test)\.ts$/)),
  ...filesIn('views/', /\.(?:ts|eta|css)$/),
  'views/messages/en.json',
]

it.each(texts)('%s has only plain phrases', (path) => {
  const text = linesOf(path)
  const found = phrases.flatMap(([phrase, instead]) =>
    [...text.matchAll(phrase)].map(
      ({ index }) => `…${text.slice(Math.max(0, index - 30), index + 30)}…: write ${instead}`,
    ),
  )
  expect(found).toEqual([])
})

it.each(documentsIn('docs'))('no sentence of %s has a clause with “who” or “what” as its subject', (path) => {
  expect(proseOf(path).sentences.filter((sentence) => /^(?:Who|What) [^?]*$/.test(sentence))).toEqual([])
})

it.each(documentsIn('docs'))('the sentences of %s are short', (path) => {
  const { sentences, cells } = proseOf(path)
  expect([...sentences, ...cells].filter((sentence) => countWords(sentence) > LONGEST_SENTENCE)).toEqual([])
  expect(countWords(sentences.join(' ')) / sentences.length).toBeLessThanOrEqual(AVERAGE_SENTENCE)
})
