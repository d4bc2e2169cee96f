import type { Proof } from '../core/attempt.js'
import type { PanelCommand } from '../core/panel-port.js'
import { commandNames } from './command-names.js'

const COMMANDS_OF_PROOF: Record<Proof, readonly PanelCommand[]> = {
  mailbox: ['find-owner', 'read-mailbox', 'change-password'],
  account: ['check-account', 'check-code', 'read-account', 'read-mailbox', 'change-password'],
}

/** The only command here that no proof needs: it shows a key. Called without arguments it shows how it is used. */
const LIST_ACCESS_KEY = 'v-list-access-key'

/**
 * The commands of the panel that the proofs need, and the key no other. A mailbox's password may be checked at the
 * panel or at the mail server: its name is looked up in either case, by the command that gives the hash too.
 */
export function neededCommands(proofs: readonly Proof[]): string[] {
  return [
    ...new Set(proofs.flatMap((proof) => COMMANDS_OF_PROOF[proof]).map((command) => commandNames[command])),
  ]
}

/**
 * A command that the proofs do not need, by which a key that may do more is known: one that a key made for all proofs
 * has, where there is one. It is one alone, for the panel counts each that it forbids as a failed login (Hestia's
 * `bin/v-check-access-key`, `abort_missmatch`), and its fail2ban bans after five.
 */
export function unneededCommand(proofs: readonly Proof[]): string {
  const needed = neededCommands(proofs)
  const ofOtherProofs = neededCommands(['account', 'mailbox']).filter((command) => !needed.includes(command))
  const readAccount = commandNames['read-account']
  if (ofOtherProofs.includes(readAccount)) return readAccount
  return ofOtherProofs[0] ?? LIST_ACCESS_KEY
}
