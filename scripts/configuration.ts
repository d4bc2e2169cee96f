import { z } from 'zod'
import { isSecret, subjects } from '../src/config/load.js'

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from the files in src/config: change the descriptions there. -->

You configure Rekey with environment variables. These three are required:

\`\`\`sh
HESTIA_URL=https://panel.example.com:8083
HESTIA_ACCESS_KEY=THE-ID
HESTIA_SECRET_KEY_FILE=/etc/rekey/secret-key
\`\`\`

Put them into \`/etc/rekey/rekey.env\`, or in Docker into \`rekey.env\` next to \`compose.yaml\`. Restart Rekey after a change.

To check your settings, run \`rekey --check-config\`. It prints all mistakes, and exits with 78 if there are any, otherwise with 0.

- **An empty variable** counts as unset.
- **A secret** can be in a file: add \`_FILE\` to the variable's name and set it to the path. Or, with systemd, add
  \`LoadCredential=HESTIA_SECRET_KEY:/etc/rekey/secret-key\` to the unit.
- **A limit** is \`COUNT/WINDOW\`: \`5/15m\` means 5 in 15 minutes. The window is in seconds, minutes or hours, up to 24 hours.
- **TLS certificates** are always verified, except with STARTTLS for notifications
  [on the loopback](mail-server.md#telling-people-of-a-change).
`

/** Makes the text of docs/configuration.md: every variable with its default and its meaning, by subject. */
export function describeConfiguration(): string {
  const sections = subjects.map(({ title, variables }) => {
    const rows = Object.entries(variables).map(([name, field]) => rowOf(name, field))
    return [`## ${title}`, '', '| variable | default | meaning |', '|---|---|---|', ...rows].join('\n')
  })
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`
}

function rowOf(name: string, field: z.ZodType): string {
  const { description = '' } = field.meta() ?? {}
  const values = valuesOf(field)
  const parts = [description, values && `Values: ${values}.`, isSecret(field) && 'Secret.']
  return `| \`${name}\` | ${code(defaultOf(field))} | ${parts.filter(Boolean).join(' ')} |`
}

/** The allowed values, as the field describes them. */
function valuesOf(field: z.ZodType): string {
  if (field instanceof z.ZodDefault && field.unwrap() instanceof z.ZodEnum) {
    return (field.unwrap() as z.ZodEnum).options.map(code).join(', ')
  }
  const { values } = field.meta() ?? {}
  return typeof values === 'string' ? values : ''
}

/** A default as an admin would write it; empty if there is none. */
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
