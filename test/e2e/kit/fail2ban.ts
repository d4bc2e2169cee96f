import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PATH } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** The files for Fail2Ban in deploy/. */
export const OURS = fileURLToPath(new URL('../../../deploy/fail2ban', import.meta.url))
export const FILTER = join(OURS, 'filter.d/rekey.conf')
const JOURNAL_WRITER = '/lib/systemd/systemd-journal-remote'

export const run = promisify(execFile)
export const env = { PATH, TZ: 'UTC', LC_ALL: 'C.UTF-8' }

/** The addresses that the filter finds in a log, one for each matching line. */
export async function found(log: string): Promise<string[]> {
  const { stdout } = await run('fail2ban-regex', ['--out', 'ip', log, FILTER], { env })
  return stdout.split('\n').filter((line) => line !== '')
}

/** Writes the lines to a file. */
export function inFile(text: string): string {
  const path = join(scratchDirectory('log'), 'rekey.log')
  writeFileSync(path, text)
  return path
}

/** Writes the lines to a systemd journal, as from a unit. */
export async function inJournal(text: string, unit = 'rekey.service'): Promise<string> {
  const directory = scratchDirectory('journal')
  const entries = text.trimEnd().split('\n')
  const exported = entries.map((line, index) => {
    const micros = 1_764_000_000_000_000 + index
    return [
      `__CURSOR=s=0;i=${index}`,
      `__REALTIME_TIMESTAMP=${micros}`,
      `__MONOTONIC_TIMESTAMP=${index}`,
      '_BOOT_ID=00000000000000000000000000000001',
      '_HOSTNAME=mail',
      'SYSLOG_IDENTIFIER=rekey',
      '_PID=4711',
      `_SYSTEMD_UNIT=${unit}`,
      `MESSAGE=${line}`,
    ].join('\n')
  })
  const source = join(directory, 'export')
  writeFileSync(source, `${exported.join('\n\n')}\n\n`)
  const journal = join(directory, 'rekey.journal')
  await run(JOURNAL_WRITER, ['--output', journal, source], { env })
  return `systemd-journal[journalfiles='${journal}']`
}
