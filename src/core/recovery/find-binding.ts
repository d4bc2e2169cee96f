import type { Secret } from '../../lib/secret.js'
import type { DomainOwner, DomainOwners } from '../domain-owners.js'
import type { Asker } from '../lookup-turns.js'
import type { Mailbox } from '../mailbox.js'
import type { Panel } from '../panel-port.js'
import type { Target } from '../verification.js'
import type { LinkBinding, LinkKind, OpenedLink } from './recovery-links.js'

/** The current `state` for links of this kind, as in `LinkBinding`. */
export type FindLinkState = (kind: LinkKind, owner: DomainOwner, mailbox: Mailbox) => Promise<string>

interface BindingTools {
  readonly owners: DomainOwners
  readonly panel: Panel
  readonly findState: FindLinkState
}

/** What a link must be bound to by the panel's current data; undefined if there is no such mailbox. */
export async function findBinding(
  { mailbox, kind }: OpenedLink,
  asker: Asker,
  { owners, panel, findState }: BindingTools,
): Promise<{ readonly target: Target; readonly binding: LinkBinding } | undefined> {
  const lookUp = async () => {
    const owner = await owners.find(mailbox, asker, panel)
    return (
      owner && {
        owner,
        lookup: await panel.lookUpStoredHash(owner.username, owner.domainForm, mailbox.localPart),
      }
    )
  }
  let found = await lookUp()
  if (found?.lookup.found === 'none' && found.lookup.missing === 'domain') {
    await owners.forget(mailbox)
    found = await lookUp()
  }
  if (found?.lookup.found !== 'one') return undefined
  const { owner, lookup } = found
  const target = { mailbox, owner }
  const state = await findState(kind, owner, mailbox)
  return { target, binding: bindingOf(target, lookup.value, state) }
}

/** What a link for a mailbox with this hash is bound to. */
export function bindingOf({ mailbox, owner }: Target, storedHash: Secret, state: string): LinkBinding {
  const { username, domainForm } = owner
  return { owner: username, domainForm, localPart: mailbox.localPart, storedHash, state }
}
