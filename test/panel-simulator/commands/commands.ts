import type { CredentialKind } from '../server/answers.js'
import type { Workload } from '../server/workload.js'
import type { PanelState } from '../state/panel-state.js'
import type { PanelRelease } from '../state/releases.js'
import { checkUser2fa, checkUserPassword, listUser } from './account-commands.js'
import { changeMailAccountPassword } from './change-command.js'
import { CHANGE } from './command-names.js'
import { getMailAccountValue, searchDomainOwner } from './mail-commands.js'
import { exitCodes, type Outcome, succeeded } from './outcome.js'

interface Command {
  readonly usage: string
  readonly required: number
  run(panel: PanelState, args: readonly string[], done: Promise<void>): Outcome | Promise<Outcome>
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'v-check-user-password',
    { usage: 'USER PASSWORD [IP] [RETURN_HASH]', required: 2, run: checkUserPassword },
  ],
  ['v-check-user-2fa', { usage: 'USER TOKEN', required: 2, run: checkUser2fa }],
  ['v-list-user', { usage: 'USER [FORMAT]', required: 1, run: listUser }],
  ['v-search-domain-owner', { usage: 'DOMAIN [TYPE]', required: 1, run: searchDomainOwner }],
  ['v-get-mail-account-value', { usage: 'USER DOMAIN ACCOUNT KEY', required: 4, run: getMailAccountValue }],
  [
    'v-list-sys-info',
    { usage: '[FORMAT]', required: 0, run: ({ release }) => succeeded(systemInformation(release)) },
  ],
  ['v-list-access-key', { usage: 'ACCESS_KEY_ID [FORMAT]', required: 1, run: () => succeeded() }],
  [CHANGE, { usage: 'USER DOMAIN ACCOUNT PASSWORD', required: 4, run: changeMailAccountPassword }],
])

/** The newest version of each release line. */
const VERSIONS: Record<PanelRelease, string> = { '1.8': '1.8.12', '1.9': '1.9.4', '1.10': '1.10.3' }

function systemInformation(release: PanelRelease): string {
  return JSON.stringify({ sysinfo: { HOSTNAME: 'panel.example.com', HESTIA: VERSIONS[release] } })
}

/** The index of the command's argument with the hosting account, or -1 if it has none. Undefined for an unknown command. */
export function userArgumentIndex(name: string): number | undefined {
  return COMMANDS.get(name)?.usage.split(' ').indexOf('USER')
}

export async function runCommand(
  name: string,
  args: readonly string[],
  kind: CredentialKind,
  panel: PanelState,
  workload: Workload,
): Promise<Outcome> {
  const command = COMMANDS.get(name)
  if (!command || args.length < command.required) {
    // For an unknown command, the shell's message goes to standard error, which the panel doesn't read.
    const output = command ? `Usage: ${name} ${command.usage}` : ''
    return workload.run({ kind }, () => ({ code: exitCodes.arguments, output }))
  }
  return workload.run({ kind, command: name }, (done) => command.run(panel, args, done))
}
