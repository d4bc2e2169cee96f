import type { Secret } from '../../lib/secret.js'
import type { Answer } from '../answer.js'
import type { Credentials, ProofAttempt } from '../attempt.js'
import { orOutage } from '../outage.js'
import type { PanelVisit } from '../panel-port.js'
import { type ProofDependencies, type ProofTools, prove, proveAtPanel } from '../prove.js'
import type { Target, Verification } from '../verification.js'
import { verifyNextForm } from '../verify-account.js'
import { bindingOf, type FindLinkState } from './find-binding.js'
import type { LinkMemory } from './link-memory.js'
import type { RecoveryLinks } from './recovery-links.js'

/** One try of an owner to make or end links. */
export interface OwnerAttempt extends ProofAttempt {
  readonly credentials: Extract<Credentials, { proof: 'account' }>
}

export interface MakeLinkDependencies extends ProofDependencies {
  readonly links: RecoveryLinks
  readonly memory: LinkMemory
  readonly findState: FindLinkState
  /** The full URL for a link's secret part. */
  urlOf(link: Secret): Secret
  /** How long (ms) a link is valid. */
  readonly lifetimeMs: number
  /** Counts a link for its owner. Returns the refusal if there were too many. Rejects with `StoreUnavailable`. */
  countLink(owner: string): Promise<Answer | undefined>
}

type Tools = ProofTools<MakeLinkDependencies>

/**
 * Makes a link that lets anyone who has it set the mailbox's password. Requires full proof of the owner's hosting account.
 * Rejects only on a bug.
 */
export function makeLink(attempt: OwnerAttempt, dependencies: MakeLinkDependencies): Promise<Answer> {
  return orOutage(() =>
    proveAtPanel(attempt, ['read-mailbox'], dependencies, async (tools) => {
      const verification = await prove(attempt, tools)
      const found = verification.passed ? await findHash(verification.target, tools.panel) : verification
      if (!found.passed) return found.outcome
      const refusal = await tools.countLink(attempt.credentials.username)
      return refusal ?? (await makeLinkFor(found.target, found.storedHash, tools))
    }),
  )
}

/** Ends all earlier links of a hosting account. Requires full proof of it. Rejects only on a bug. */
export function endLinks(attempt: OwnerAttempt, dependencies: MakeLinkDependencies): Promise<Answer> {
  return orOutage(() =>
    proveAtPanel(attempt, [], dependencies, async (tools) => {
      const verification = await prove(attempt, tools)
      if (!verification.passed) return verification.outcome
      await tools.memory.endLinksOf(attempt.credentials.username)
      return { code: 'recovery-links-ended' }
    }),
  )
}

async function makeLinkFor(
  target: Target,
  storedHash: Secret,
  { links, findState, urlOf, lifetimeMs }: Tools,
): Promise<Answer> {
  const state = await findState('owner', target.owner, target.mailbox)
  const expiresMs = Math.floor((Date.now() + lifetimeMs) / 1000) * 1000
  const link = links.make('owner', bindingOf(target, storedHash, state), expiresMs)
  return { code: 'recovery-link-made', url: urlOf(link), expiresMs }
}

/** The mailbox's stored hash, under the form of its domain that the account has. */
async function findHash(
  target: Target,
  panel: PanelVisit,
): Promise<
  | (Extract<Verification, { passed: true }> & { readonly storedHash: Secret })
  | Extract<Verification, { passed: false }>
> {
  const { owner, mailbox } = target
  const lookup = await panel.lookUpStoredHash(owner.username, owner.domainForm, mailbox.localPart)
  if (lookup.found === 'one') return { passed: true, target, storedHash: lookup.value }
  const next = await verifyNextForm(target, panel)
  return next.passed ? await findHash(next.target, panel) : next
}
