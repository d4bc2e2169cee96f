import type { Clock } from '../lib/clock.js'
import { createShared } from '../lib/shared.js'
import type { Mailbox } from './mailbox.js'
import type { Panel } from './panel-port.js'

/** Where the panel keeps a domain's mailboxes. */
export interface DomainOwner {
  readonly username: string
  /** The form in which the panel knows the domain. */
  readonly domainForm: string
}

/** Remembers which hosting account owns a domain, so that a person waits for one panel command less. */
export interface DomainOwners {
  /** Whether the owner is remembered, or that there is none: then no command is needed. */
  knows(mailbox: Mailbox): boolean
  find(mailbox: Mailbox, panel: Panel): Promise<DomainOwner | undefined>
  /** To be called when the account turns out not to have the domain: it has moved to another one. */
  forget(mailbox: Mailbox): void
}

/** A domain seldom moves, and if it does the panel says so. */
const KEEP_MS = 24 * 60 * 60_000

/** A domain without an owner may be created any time. */
const KEEP_NONE_MS = 60_000

/** A wildcard domain has an owner too (docs/hestia.md, hazard 4), so a stranger can make up as many as he likes. */
const MAX_DOMAINS = 10_000

export function createDomainOwners(clock: Clock): DomainOwners {
  const known = new Map<string, { readonly owner: DomainOwner | undefined; readonly until: number }>()
  const share = createShared<string, DomainOwner | undefined>()

  function remembered(domain: string) {
    const entry = known.get(domain)
    return entry && entry.until > clock.now() ? entry : undefined
  }

  function remember(domain: string, owner: DomainOwner | undefined): void {
    known.delete(domain)
    known.set(domain, { owner, until: clock.now() + (owner ? KEEP_MS : KEEP_NONE_MS) })
    const [oldest] = known.keys()
    if (known.size > MAX_DOMAINS && oldest !== undefined) known.delete(oldest)
  }

  async function lookUp({ domain, domainForms }: Mailbox, panel: Panel): Promise<DomainOwner | undefined> {
    for (const domainForm of domainForms) {
      const username = await panel.lookUpDomainOwner(domainForm)
      if (username === undefined) continue
      const owner = { username, domainForm }
      remember(domain, owner)
      return owner
    }
    remember(domain, undefined)
    return undefined
  }

  return {
    knows: ({ domain }) => remembered(domain) !== undefined,

    async find(mailbox, panel) {
      const entry = remembered(mailbox.domain)
      if (entry) return entry.owner
      return await share(mailbox.domain, () => lookUp(mailbox, panel))
    },

    forget(mailbox) {
      known.delete(mailbox.domain)
    },
  }
}
