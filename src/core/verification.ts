import type { Outcome } from './answer.js'
import type { DomainOwner } from './domain-owners.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'

/** A mailbox that may be changed, and where the panel has it. */
export interface Target {
  readonly mailbox: Mailbox
  readonly owner: DomainOwner
}

/** The mailbox to change, or why it may not be changed. */
export type Verification =
  | { readonly passed: true; readonly target: Target }
  | { readonly passed: false; readonly outcome: Outcome }

export function refused(outcome: Outcome): Verification {
  return { passed: false, outcome }
}

/** The same outcome for all wrong credentials, so strangers learn nothing from it. */
export const invalidCredentials = refused({ code: 'invalid-credentials' })

/**
 * `safe`: a change affects only this mailbox, or nothing if it doesn't exist. `ambiguous`: it would destroy the logins of others,
 * which match the name too (docs/hestia.md, hazard 4). `absent`: the same, and this mailbox doesn't exist.
 */
export type ChangeEffect = 'safe' | 'ambiguous' | 'absent'

/** @param hasSiblings the answer of `Panel.hasSiblings` for this mailbox */
export async function effectOf(
  { mailbox, owner }: Target,
  hasSiblings: boolean,
  panel: Panel,
): Promise<ChangeEffect> {
  if (!hasSiblings) return 'safe'
  const exists = await panel.hasMailbox(owner.username, owner.domainForm, mailbox.localPart)
  return exists ? 'ambiguous' : 'absent'
}
