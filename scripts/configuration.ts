import { z } from 'zod'
import { isSecret, subjects } from '../src/config/load.js'

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from the files in src/config: change the descriptions there. -->

You configure Rekey with environment variables only. An empty variable counts as unset. \`node dist/main.js --check-config\`
prints all mistakes at once and exits with 78 if there are any, otherwise with 0.

To keep a **secret** in a file, add \`_FILE\` to the variable's name and set it to the file's path. A line break at the end of
the file is ignored. Under systemd you can hand the file over instead: \`LoadCredential=HESTIA_SECRET_KEY:/etc/rekey/secret-key\`
in the unit sets \`HESTIA_SECRET_KEY\`. Set each secret in one way only.

A **limit** is \`COUNT/WINDOW\`, such as \`5/15m\`: that many in a window of seconds, minutes or hours, at most 24 hours.

Rekey always verifies the TLS certificates of the panel and the mail servers. You can't turn that off. The one exception is STARTTLS
that a mail server on the loopback offers for notifications: [mail-server.md](mail-server.md#telling-people-of-a-change).

Limits count all addresses of an IPv6 /64 network as one. \`REKEY_LIMIT_NETWORK\` counts those of a /48 together.
`

/** The text of docs/configuration.md: every variable with its default and what it means, by subject. */
export function describeConfiguration(): string {
  const sections = subjects.map(({ title, variables }) => {
    const rows = Object.entries(variables).map(([name, field]) => rowOf(name, field))
    return [
      `## ${title}`,
      '',
      '| variable | default | values | meaning |',
      '|---|---|---|---|',
      ...rows,
    ].join('\n')
  })
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`
}

function rowOf(name: string, field: z.ZodType): string {
  const { description = '' } = field.meta() ?? {}
  const meaning = isSecret(field) ? `${description} Secret: or \`${name}_FILE\`.` : description
  return `| \`${name}\` | ${code(defaultOf(field))} | ${valuesOf(field)} | ${meaning} |`
}

/** The values that a field says it takes. */
function valuesOf(field: z.ZodType): string {
  if (field instanceof z.ZodDefault && field.unwrap() instanceof z.ZodEnum) {
    return (field.unwrap() as z.ZodEnum).options.map(code).join(', ')
  }
  const { values } = field.meta() ?? {}
  return typeof values === 'string' ? values : ''
}

/** A default as an admin would write it; nothing where there is none. */
export function defaultOf(field: z.ZodType): string {
  const { fallback } = field.meta() ?? {}
  if (typeof fallback === 'string') return fallback
  const parsed = field.safeParse(undefined)
  return parsed.success ? written(parsed.data) : ''
}

function written(value: unknown): string {
  if (value === undefined) return ''
  if (value === '') return '/'
  if (Array.isArray(value)) return value.join(',')
  if (typeof value !== 'object' || value === null) return String(value)
  const { count, windowMs } = value as { count: number; windowMs: number }
  return windowMs % 3_600_000 === 0 ? `${count}/${windowMs / 3_600_000}h` : `${count}/${windowMs / 60_000}m`
}

function code(text: string | number): string {
  return text === '' ? '' : `\`${text}\``
}
