import type { Outcome } from './answer.js'
import type { DomainOwner } from './domain-owners.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'

/** A mailbox that may be changed, and where the panel keeps it. */
export interface Target {
  readonly mailbox: Mailbox
  readonly owner: DomainOwner
}

/** What verification found: the mailbox to change, or why not. */
export type Verification =
  | { readonly passed: true; readonly target: Target }
  | { readonly passed: false; readonly outcome: Outcome }

export function refused(outcome: Outcome): Verification {
  return { passed: false, outcome }
}

/** One outcome for all that is wrong with the credentials, so that a stranger learns nothing from it. */
export const invalidCredentials = refused({ code: 'invalid-credentials' })

/**
 * What a change of this name would do: `safe`: change exactly this mailbox, or nothing if there is none; `ambiguous`:
 * destroy the logins of others, whose names it matches too (docs/hestia.md, hazard 4); `absent`: the same, and there is no such mailbox.
 */
export type ChangeEffect = 'safe' | 'ambiguous' | 'absent'

/** @param hasSiblings what `Panel.hasSiblings` answered for this mailbox */
export async function effectOf(
  { mailbox, owner }: Target,
  hasSiblings: boolean,
  panel: Panel,
): Promise<ChangeEffect> {
  if (!hasSiblings) return 'safe'
  const exists = await panel.hasMailbox(owner.username, owner.domainForm, mailbox.localPart)
  return exists ? 'ambiguous' : 'absent'
}
