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

/** The newest of each line of releases. */
const VERSIONS: Record<PanelRelease, string> = { '1.8': '1.8.12', '1.9': '1.9.4', '1.10': '1.10.3' }

function systemInformation(release: PanelRelease): string {
  return JSON.stringify({ sysinfo: { HOSTNAME: 'panel.example.com', HESTIA: VERSIONS[release] } })
}

/** Which of the command's arguments names a hosting account: its index, or -1. Undefined for no such command. */
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
    // That there is no such command the shell says on its error output, which the panel does not read.
    const output = command ? `Usage: ${name} ${command.usage}` : ''
    return workload.run({ kind }, () => ({ code: exitCodes.arguments, output }))
  }
  return workload.run({ kind, command: name }, (done) => command.run(panel, args, done))
}
