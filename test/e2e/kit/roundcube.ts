import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { freePort, PATH, startProgram } from './programs.js'
import { scratchDirectory } from './scratch.js'

/** A real webmail with its password plugin. */
export interface Roundcube {
  readonly url: string
  /** Everything in its log files. */
  log(): string
}

interface RoundcubeOptions {
  readonly imapPort: number
  /** PHP lines for the password plugin's configuration. */
  readonly passwordConfig: string
  /** Files to add to the plugin's drivers. */
  readonly drivers?: readonly string[]
}

/** Where Debian's packages install it. */
const SITE = '/var/lib/roundcube/public_html'
const PLUGINS = '/usr/share/roundcube/plugins'
const DEFAULTS = ['/etc/roundcube/defaults.inc.php', '/etc/roundcube/mimetypes.php']

/** Starts Roundcube in PHP's own server, with SQLite and its own configuration. */
export async function startRoundcube(options: RoundcubeOptions): Promise<Roundcube> {
  const directory = scratchDirectory('roundcube')
  const inside = (...names: string[]): string => join(directory, ...names)
  for (const name of ['config', 'logs', 'temp', 'plugins']) mkdirSync(inside(name))
  for (const path of DEFAULTS) symlinkSync(path, inside('config', basename(path)))
  writeFileSync(inside('config', 'config.inc.php'), settings(directory, options.imapPort))
  for (const name of readdirSync(PLUGINS)) {
    if (name !== 'password') symlinkSync(join(PLUGINS, name), inside('plugins', name))
  }
  cpSync(join(PLUGINS, 'password'), inside('plugins', 'password'), {
    recursive: true,
    // The machine's own configuration, which not everybody can read.
    filter: (path) => !path.endsWith('/config.inc.php'),
  })
  writeFileSync(inside('plugins', 'password', 'config.inc.php'), `<?php\n${options.passwordConfig}\n`)
  for (const driver of options.drivers ?? []) {
    copyFileSync(driver, inside('plugins', 'password', 'drivers', basename(driver)))
  }
  const prepend = inside('prepend.php')
  writeFileSync(prepend, `<?php define('RCUBE_PLUGINS_DIR', '${inside('plugins')}/');\n`)

  const port = await freePort()
  const program = startProgram(
    'php',
    ['-d', `auto_prepend_file=${prepend}`, '-S', `127.0.0.1:${port}`, '-t', SITE],
    { env: { PATH, ROUNDCUBE_CONFIG_DIR: inside('config') } },
  )
  await program.written(/Development Server \(.*\) started/)
  return {
    url: `http://127.0.0.1:${port}`,
    log: () =>
      readdirSync(inside('logs'))
        .map((name) => readFileSync(inside('logs', name), 'utf8'))
        .join(''),
  }
}

function settings(directory: string, imapPort: number): string {
  return `<?php
$config = [
  'db_dsnw' => 'sqlite:///${directory}/roundcube.sqlite?mode=0600',
  'imap_host' => '127.0.0.1:${imapPort}',
  'des_key' => 'four-and-twenty-letters!',
  'language' => 'en_US',
  'log_driver' => 'file',
  'log_dir' => '${directory}/logs/',
  'temp_dir' => '${directory}/temp/',
  'plugins' => ['password'],
];
`
}
