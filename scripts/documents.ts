import { readFileSync } from 'node:fs'
import { describeAuditLine, makeAuditLineSchema } from './audit-line.js'
import { describeConfiguration } from './configuration.js'

const AUDIT_LOG = 'docs/audit-log.md'

/** Stands before and behind what is made. */
const MARK = '<!-- made by npm run docs -->'

/** The files that are made from the code, wholly or in part, by their path, each with its text. */
export function makeDocuments(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': describeConfiguration(),
    'docs/audit-line.schema.json': makeAuditLineSchema(),
    [AUDIT_LOG]: withPart(AUDIT_LOG, describeAuditLine()),
  }
}

/** A file with a new text between its marks. */
function withPart(path: string, part: string): string {
  const [before, , after] = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8').split(MARK)
  if (before === undefined || after === undefined) throw new Error(`${path} has no two marks ${MARK}`)
  return [before, `\n${part}\n`, after].join(MARK)
}
