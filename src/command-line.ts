import { parseArgs } from 'node:util'

/** What the process is asked to do. */
export type Command = 'serve' | 'check-config' | 'health' | 'help' | 'version'

/** Reads the arguments; undefined if they are not understood. */
export function parseCommandLine(args: readonly string[]): Command | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'check-config': { type: 'boolean' },
        health: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
    if (values.help) return 'help'
    if (values.version) return 'version'
    if (values.health) return 'health'
    return values['check-config'] ? 'check-config' : 'serve'
  } catch {
    return undefined
  }
}

export const HELP = `Rekey changes mailbox passwords on servers run by the Hestia Control Panel.

Usage: rekey [--check-config | --health | --help | --version]
(from a checkout: node dist/main.js)

  --check-config  print every fault of the configuration and exit: 0 if there is none, 78 otherwise
  --health        ask the service that runs with this configuration whether it is alive and exit: 0 if so, 1 otherwise
  --help, -h      print this text
  --version, -v   print the version

Without an option the service runs. It is configured by environment variables alone:
the README has the table. HESTIA_URL and one kind of credentials must be set.
`
