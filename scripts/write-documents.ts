import { writeFileSync } from 'node:fs'
import { makeDocuments } from './documents.js'

// `npm run docs`: writes the files that are generated from the code.
for (const [path, text] of Object.entries(makeDocuments())) {
  writeFileSync(new URL(`../${path}`, import.meta.url), text)
}
