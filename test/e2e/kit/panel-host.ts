import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCertificate } from '../../panel-simulator/server/certificate.js'
import { PATH } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** Where every panel is installed. */
export const HESTIA = '/usr/local/hestia'

/** The effects of Hestia's commands on its files, according to its public source, and only those that the script uses. */
const COMMANDS = {
  'v-change-sys-config-value': `sed -i "/^$1=/d" $HESTIA/conf/hestia.conf; echo "$1='$2'" >> $HESTIA/conf/hestia.conf`,
  'v-change-sys-api': `[ "$*" = 'enable api' ] && $HESTIA/bin/v-change-sys-config-value API_SYSTEM 1`,
  'v-add-access-key': `[ -e $HESTIA/data/api/$2 ] || exit 3
id=$(openssl rand -hex 10)
printf '%s\\n' "SECRET_ACCESS_KEY='$(openssl rand -hex 20)'" "USER='$1'" "PERMISSIONS='$2'" "COMMENT='$3'" > $HESTIA/data/access-keys/$id
$HESTIA/bin/v-list-access-key $id`,
  'v-list-access-key': `. $HESTIA/data/access-keys/$1
printf '{\\n    "ACCESS_KEY_ID": "%s",\\n    "SECRET_ACCESS_KEY": "%s"\\n}\\n' $1 $SECRET_ACCESS_KEY`,
  'v-delete-access-key': 'rm $HESTIA/data/access-keys/$1',
}

/** The script must run as root, so this pretends to be root unless a test sets another user. */
const ID = `#!/bin/sh
echo "\${FAKE_UID:-0}"
`

/** The panel's files that matter to the setup script. */
export interface PanelHost {
  /** Replaces the real panel's path with this one's, in the script or an undo line. */
  localized(text: string): string
  /** The search path of the host's programs. */
  readonly path: string
  readonly fingerprint: string
  /** Adds or replaces a file, by its path in the panel's folder. */
  write(path: string, text: string): void
  state(): PanelState
}

export interface PanelState {
  /** The lines of `hestia.conf`, sorted. */
  readonly settings: readonly string[]
  /** The text of each permission profile, by name. */
  readonly profiles: Record<string, string>
  /** The text of each access key's file, by the key's ID. */
  readonly keys: Record<string, string>
}

export async function createPanelHost(settings: readonly string[]): Promise<PanelHost> {
  const root = scratchDirectory('hestia')
  const programs = scratchDirectory('programs')
  for (const directory of ['bin', 'conf', 'ssl', 'data/api', 'data/access-keys']) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  for (const [name, body] of Object.entries(COMMANDS)) {
    writeFileSync(join(root, 'bin', name), `#!/bin/bash\nset -e\n${body}\n`, { mode: 0o755 })
  }
  writeFileSync(join(programs, 'id'), ID, { mode: 0o755 })
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text)
  write('conf/hestia.conf', `${settings.join('\n')}\n`)
  const { certificate, fingerprint } = await createCertificate()
  write('ssl/certificate.crt', certificate)
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const filesIn = (path: string): Record<string, string> =>
    Object.fromEntries(readdirSync(join(root, path)).map((name) => [name, read(join(path, name))]))
  return {
    path: `${programs}:${PATH}`,
    fingerprint,
    localized: (text) => text.replaceAll(HESTIA, root),
    write,
    state: () => ({
      settings: read('conf/hestia.conf').trim().split('\n').toSorted(),
      profiles: filesIn('data/api'),
      keys: filesIn('data/access-keys'),
    }),
  }
}
