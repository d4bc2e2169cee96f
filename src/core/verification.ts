import type { Outcome } from './attempt.js'
import type { DomainOwner } from './domain-owners.js'
import type { Mailbox } from './mailbox.js'
import type { Lookup } from './panel-port.js'
import type { Secret } from './secret.js'

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
 * Whether the panel has a mailbox under exactly this name, or would take others for it: it reads dots as
 * wildcards, and a change would destroy the others' logins (panel README, hazard 4).
 */
export type Standing =
  | { readonly is: 'exact' }
  | { readonly is: 'absent' }
  | { readonly is: 'ambiguous'; readonly localParts: readonly string[] }

export function standingOf(localPart: string, lookup: Lookup<string>): Standing {
  if (lookup.found === 'one') return { is: lookup.value === localPart ? 'exact' : 'absent' }
  if (lookup.found === 'none') return { is: 'absent' }
  const localParts = lookup.mailboxes.map((mailbox) => mailbox.localPart)
  return localParts.includes(localPart) ? { is: 'ambiguous', localParts } : { is: 'absent' }
}

/** Where several mailboxes match, the panel's answer holds the hash of each: theirs is the one of exactly this name. */
export function exactHash(localPart: string, lookup: Lookup<Secret>): Secret | undefined {
  if (lookup.found === 'one') return lookup.value
  if (lookup.found === 'none') return undefined
  return lookup.mailboxes.find((mailbox) => mailbox.localPart === localPart)?.hash
}
