import { z } from 'zod'
import { attemptLine } from '../src/audit-log/attempt-line.js'

/** Makes the text of docs/audit-line.schema.json. */
export function makeAuditLineSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(attemptLine), null, 2)}\n`
}

/** Makes the table in docs/audit-log.md: each field of the audit line, in order. */
export function describeAuditLine(): string {
  const rows = Object.entries(attemptLine.shape).map(
    ([name, field]) => `| \`${name}\` | ${typeOf(field)} | ${field.description} |`,
  )
  return ['| field | type | meaning |', '|---|---|---|', ...rows].join('\n')
}

function typeOf(field: z.ZodType): string {
  const { type, const: value } = z.toJSONSchema(field)
  return value === undefined ? String(type) : `\`${value}\``
}
