import { readFileSync } from 'node:fs'
import { describeAuditLine, makeAuditLineSchema } from './audit-line.js'
import { describeConfiguration } from './configuration.js'

const AUDIT_LOG = 'docs/audit-log.md'

/** Before and after the generated part. */
const MARK = '<!-- made by npm run docs -->'

/** The files that are generated from the code, in whole or in part: their paths and texts. */
export function makeDocuments(): Readonly<Record<string, string>> {
  return {
    'docs/configuration.md': describeConfiguration(),
    'docs/audit-line.schema.json': makeAuditLineSchema(),
    [AUDIT_LOG]: withPart(AUDIT_LOG, describeAuditLine()),
  }
}

/** Replaces the text between the marks in a file. */
function withPart(path: string, part: string): string {
  const [before, , after] = readFileSync(new URL(`../${path}`, import.meta.url), 'utf8').split(MARK)
  if (before === undefined || after === undefined) throw new Error(`${path} must contain ${MARK} twice`)
  return [before, `\n${part}\n`, after].join(MARK)
}
