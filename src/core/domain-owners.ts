import type { Clock } from '../lib/clock.js'
import type { Deadline } from '../lib/deadline.js'
import { inTime } from '../lib/in-time.js'
import { setBounded } from '../lib/set-bounded.js'
import { createShared } from '../lib/shared.js'
import { type Asker, createLookupTurns } from './lookup-turns.js'
import type { Mailbox } from './mailbox.js'
import { type Panel, PanelFault } from './panel-port.js'

/** Where the panel keeps a domain's mailboxes. */
export interface DomainOwner {
  readonly username: string
  /** The form of the domain that the panel knows. */
  readonly domainForm: string
}

/** Remembers owners for `OWNER_MEMORY_MS`, as long as there is room. Never fails: a store that can't be reached knows none. */
export interface OwnerMemory {
  get(domain: string): Promise<DomainOwner | undefined>
  set(domain: string, owner: DomainOwner): Promise<void>
  delete(domain: string): Promise<void>
}

/** A day: domains rarely move, and the panel says so if one did. */
export const OWNER_MEMORY_MS = 24 * 60 * 60_000

/** Remembers which hosting account owns a domain, which saves a panel command. */
export interface DomainOwners {
  /**
   * Whether a lookup of this domain is remembered, so that `find` doesn't wait for the network's turn. Also true for a domain
   * without an owner, even if `find` asks the panel again: otherwise the attempt's place in the queue would show whether the
   * domain exists.
   */
  knows(mailbox: Mailbox): Promise<boolean>
  /** Rejects with a `PanelFault`: the panel's, or `panel-busy` if the asker's network has looked up too many new domains. */
  find(mailbox: Mailbox, asker: Asker, panel: Panel): Promise<DomainOwner | undefined>
  /** Call it when the account turns out not to have the domain any more. */
  forget(mailbox: Mailbox): Promise<void>
}

/** How long (ms) a domain is taken to have no owner: it may get one at any time. The lookup is remembered longer. */
const KEEP_NONE_MS = 60_000
const MAX_NONE = 10_000

interface NoOwner {
  /** By the clock. */
  readonly untilMs: number
  /** Until when the lookup is remembered. */
  readonly rememberedUntilMs: number
}

export function createDomainOwners(memory: OwnerMemory, clock: Clock): DomainOwners {
  /** Domains without an owner at their last lookup. */
  const none = new Map<string, NoOwner>()
  const turns = createLookupTurns(clock)
  const underWay = createShared<string, DomainOwner | undefined>()

  const hasNone = (domain: string): boolean =>
    (none.get(domain)?.untilMs ?? Number.NEGATIVE_INFINITY) > clock.now()

  function wasLookedUp(domain: string): boolean {
    return (none.get(domain)?.rememberedUntilMs ?? Number.NEGATIVE_INFINITY) > clock.now()
  }

  async function lookUp({ domain, domainForms }: Mailbox, panel: Panel): Promise<DomainOwner | undefined> {
    for (const domainForm of domainForms) {
      const username = await panel.lookUpDomainOwner(domainForm)
      if (username === undefined) continue
      const owner = { username, domainForm }
      none.delete(domain)
      await memory.set(domain, owner)
      return owner
    }
    const nowMs = clock.now()
    // A repeated lookup doesn't extend the memory: it doesn't for other domains either, and a difference would show.
    const former = wasLookedUp(domain) ? none.get(domain) : undefined
    const { rememberedUntilMs } = former ?? { rememberedUntilMs: nowMs + OWNER_MEMORY_MS }
    setBounded(none, domain, { untilMs: nowMs + KEEP_NONE_MS, rememberedUntilMs }, MAX_NONE)
    return undefined
  }

  /** A running lookup may take longer than this asker can wait. */
  function shareLookUp(mailbox: Mailbox, deadline: Deadline, panel: Panel): Promise<DomainOwner | undefined> {
    const late = (): PanelFault => new PanelFault('panel-busy', 'waited-too-long')
    return inTime(
      underWay.share(mailbox.domain, () => lookUp(mailbox, panel)),
      deadline.leftMs(),
      late,
    )
  }

  async function recall(domain: string): Promise<{ readonly owner: DomainOwner | undefined } | undefined> {
    if (hasNone(domain)) return { owner: undefined }
    const owner = await memory.get(domain)
    return owner && { owner }
  }

  return {
    knows: async ({ domain }) => wasLookedUp(domain) || (await recall(domain)) !== undefined,

    async find(mailbox, asker, panel) {
      const known = await recall(mailbox.domain)
      if (known) return known.owner
      const share = (): Promise<DomainOwner | undefined> => shareLookUp(mailbox, asker.deadline, panel)
      const isNew = !wasLookedUp(mailbox.domain) && !underWay.has(mailbox.domain)
      return isNew ? await turns.take(asker, share) : await share()
    },

    forget: ({ domain }) => memory.delete(domain),
  }
}
