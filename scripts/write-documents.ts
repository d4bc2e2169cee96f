import { writeFileSync } from 'node:fs'
import { makeDocuments } from './documents.js'

// Writes every file that is made from the code: `npm run docs`.
for (const [path, text] of Object.entries(makeDocuments())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
}
