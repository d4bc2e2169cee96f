import { mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { MailDomain } from './mail-domains.js'

/** Writes a domain's login file for a mail server, which never sees it half written. */
export function writeLoginFile(directory: string, { name, loginFile }: MailDomain): void {
  const path = join(directory, name, 'passwd')
  mkdirSync(dirname(path), { recursive: true })
  const before = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  writeFileSync(`${path}.new`, loginFile.map((line) => `${line}\n`).join(''))
  // Dovecot reads a file again only if its size or its time changed, and compares whole seconds.
  const time = Math.max(seconds(Date.now()), seconds(before) + 1)
  utimesSync(`${path}.new`, time, time)
  renameSync(`${path}.new`, path)
}

function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1000)
}
