import type { Clock } from '../lib/clock.js'
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
  find(mailbox: Mailbox, panel: Panel): Promise<DomainOwner | undefined>
  /** To be called when the account turns out not to have the domain: it has moved to another one. */
  forget(mailbox: Mailbox): void
}

const KEEP_MS = 5 * 60_000

/** A wildcard domain has an owner too (docs/hestia.md, hazard 4), so a stranger can make up as many as he likes. */
const MAX_DOMAINS = 10_000

export function createDomainOwners(clock: Clock): DomainOwners {
  const known = new Map<string, { owner: DomainOwner; until: number }>()

  function remember(domain: string, owner: DomainOwner): void {
    known.delete(domain)
    known.set(domain, { owner, until: clock.now() + KEEP_MS })
    const [oldest] = known.keys()
    if (known.size > MAX_DOMAINS && oldest !== undefined) known.delete(oldest)
  }

  return {
    async find(mailbox, panel) {
      const entry = known.get(mailbox.domain)
      if (entry && entry.until > clock.now()) return entry.owner
      for (const domainForm of mailbox.domainForms) {
        const username = await panel.lookUpDomainOwner(domainForm)
        if (username === undefined) continue
        const owner = { username, domainForm }
        remember(mailbox.domain, owner)
        return owner
      }
      return undefined
    },

    forget(mailbox) {
      known.delete(mailbox.domain)
    },
  }
}
