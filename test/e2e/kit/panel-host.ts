import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/certificate.js'
import { scratchDirectory } from './scratch.js'

/** What Hestia's commands do to its files, as far as its public source tells; no more of it than the script uses. */
const COMMANDS = {
  'v-change-sys-config-value': `sed -i "/^$1=/d" $HESTIA/conf/hestia.conf; echo "$1='$2'" >> $HESTIA/conf/hestia.conf`,
  'v-change-sys-api': `[ "$*" = 'enable api' ] && $HESTIA/bin/v-change-sys-config-value API_SYSTEM 1`,
  'v-add-access-key': `[ -e $HESTIA/data/api/$2 ] || exit 3
printf '%s\\n' "USER='$1'" "PERMISSIONS='$2'" "COMMENT='$3'" > $HESTIA/data/access-keys/KEY4567890123456789$(ls $HESTIA/data/access-keys | wc -l)`,
  'v-delete-access-key': 'rm $HESTIA/data/access-keys/$1',
}

/** The files of a panel that matter to the script which sets it up. */
export interface PanelHost {
  /** The script's or an undo line's text, with this panel's place for the real one. */
  localized(text: string): string
  settings(): string[]
  profiles(): Record<string, string>
  keys(): string[]
  readonly fingerprint: string
}

export async function createPanelHost(settings: readonly string[]): Promise<PanelHost> {
  const root = scratchDirectory('hestia')
  for (const directory of ['bin', 'conf', 'ssl', 'data/access-keys']) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  for (const [name, body] of Object.entries(COMMANDS)) {
    writeFileSync(join(root, 'bin', name), `#!/bin/bash\nset -e\n${body}\n`)
    chmodSync(join(root, 'bin', name), 0o755)
  }
  writeFileSync(join(root, 'conf/hestia.conf'), `${settings.join('\n')}\n`)
  const { certificate, fingerprint } = await createCertificate()
  writeFileSync(join(root, 'ssl/certificate.crt'), certificate)
  const filesIn = (directory: string): [string, string][] =>
    readdirSync(join(root, directory)).map((name) => [
      name,
      readFileSync(join(root, directory, name), 'utf8'),
    ])
  return {
    fingerprint,
    localized: (text) => text.replaceAll('/usr/local/hestia', root),
    settings: () => readFileSync(join(root, 'conf/hestia.conf'), 'utf8').trim().split('\n').toSorted(),
    profiles: () => Object.fromEntries(filesIn('data/api')),
    keys: () => filesIn('data/access-keys').map(([, text]) => text),
  }
}
