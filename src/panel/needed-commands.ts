import type { PanelCommand, PanelUse } from '../core/panel-port.js'
import { commandNames } from './command-names.js'

const COMMANDS: Readonly<Record<PanelUse, readonly PanelCommand[]>> = {
  mailbox: ['find-owner', 'read-mailbox', 'change-password'],
  account: ['check-account', 'check-code', 'read-account', 'read-mailbox', 'change-password'],
  recovery: ['find-owner', 'read-mailbox', 'change-password'],
  help: ['find-owner', 'read-mailbox', 'read-account'],
  'owner-notices': ['find-owner', 'read-mailbox', 'read-account'],
}

/** The only command here that nothing needs: it shows a key. Called without arguments it shows how it is used. */
const LIST_ACCESS_KEY = 'v-list-access-key'

/**
 * The commands of the panel that are needed, and the key no other. A mailbox's password may be checked at the panel or at the mail
 * server: its name is looked up in either case, by the command that gives the hash too.
 */
export function neededCommands(uses: readonly PanelUse[]): string[] {
  return [...new Set(uses.flatMap((use) => COMMANDS[use]).map((command) => commandNames[command]))]
}

/**
 * A command that is not needed, by which a key that may do more is known: one that a key made for all uses has, if there is one. It
 * is one alone, for the panel counts each that it forbids as a failed login (Hestia's `bin/v-check-access-key`, `abort_missmatch`),
 * and its fail2ban bans after five.
 */
export function unneededCommand(uses: readonly PanelUse[]): string {
  const needed = neededCommands(uses)
  const ofOtherUses = neededCommands(['account', 'mailbox']).filter((command) => !needed.includes(command))
  const readAccount = commandNames['read-account']
  if (ofOtherUses.includes(readAccount)) return readAccount
  return ofOtherUses[0] ?? LIST_ACCESS_KEY
}
