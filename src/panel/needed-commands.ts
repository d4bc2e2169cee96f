import type { PanelCommand, PanelUse } from '../core/panel-port.js'
import { commandNames } from './command-names.js'

const COMMANDS: Readonly<Record<PanelUse, readonly PanelCommand[]>> = {
  mailbox: ['find-owner', 'read-mailbox', 'change-password'],
  account: ['check-account', 'check-code', 'read-account', 'read-mailbox', 'change-password'],
  recovery: ['find-owner', 'read-mailbox', 'change-password'],
  help: ['find-owner', 'read-mailbox', 'read-account'],
  'owner-notices': ['find-owner', 'read-mailbox', 'read-account'],
}

/** A command that is never needed: it shows a key. Without arguments, it shows its usage. */
const LIST_ACCESS_KEY = 'v-list-access-key'

/**
 * The commands that Rekey's key should have, and no others. Even if the mail server checks passwords, mailbox names are looked
 * up, by the command that also returns the hash.
 */
export function neededCommands(uses: readonly PanelUse[]): string[] {
  return [...new Set(uses.flatMap((use) => COMMANDS[use]).map((command) => commandNames[command]))]
}

/**
 * A command that Rekey doesn't need. If the key may run it, the key may do too much. If possible, it's one that a key for all
 * uses has. Only one is tried: the panel counts a forbidden command as a failed login (Hestia's `bin/v-check-access-key`,
 * `abort_missmatch`), and its fail2ban bans after five.
 */
export function unneededCommand(uses: readonly PanelUse[]): string {
  const needed = neededCommands(uses)
  const ofOtherUses = neededCommands(['account', 'mailbox']).filter((command) => !needed.includes(command))
  const readAccount = commandNames['read-account']
  if (ofOtherUses.includes(readAccount)) return readAccount
  return ofOtherUses[0] ?? LIST_ACCESS_KEY
}
