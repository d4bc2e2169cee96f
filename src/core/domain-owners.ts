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
  /** The form in which the panel knows the domain. */
  readonly domainForm: string
}

/** Keeps the owners of domains for `OWNER_MEMORY_MS`, as long as there is room. One that can't be reached knows none; it never fails. */
export interface OwnerMemory {
  get(domain: string): Promise<DomainOwner | undefined>
  set(domain: string, owner: DomainOwner): Promise<void>
  delete(domain: string): Promise<void>
}

/** A domain seldom moves, and if it does the panel says so. */
export const OWNER_MEMORY_MS = 24 * 60 * 60_000

/** Remembers which hosting account owns a domain, so that a person waits for one panel command less. */
export interface DomainOwners {
  /**
   * Whether the domain was looked up before, as far as that is remembered. Then it waits for no turn of a network. A domain without an
   * owner may need a command still, as the check of a password does in a domain with one: neither shows by its place in the queue.
   */
  knows(mailbox: Mailbox): Promise<boolean>
  /**
   * Rejects with a `PanelFault`: as the panel does, or `panel-busy` if the asker's network has asked for so many domains that
   * nobody remembers that its next turn is too late.
   */
  find(mailbox: Mailbox, asker: Asker, panel: Panel): Promise<DomainOwner | undefined>
  /** To be called when the account turns out not to have the domain: it has moved to another one. */
  forget(mailbox: Mailbox): Promise<void>
}

/** For how long (ms) it is taken for true that a domain has no owner: it may be created any time. That it was asked for is remembered longer. */
const KEEP_NONE_MS = 60_000
const MAX_NONE = 10_000

interface NoOwner {
  /** By the clock, as the other one: until when it is taken for true. */
  readonly untilMs: number
  /** Until when it is remembered that the domain was looked up. */
  readonly rememberedUntilMs: number
}

export function createDomainOwners(memory: OwnerMemory, clock: Clock): DomainOwners {
  /** Domains that had no owner when they were last looked up. */
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
    // Not longer than an owner is that was found then: the end of that would show too.
    const former = wasLookedUp(domain) ? none.get(domain) : undefined
    const { rememberedUntilMs } = former ?? { rememberedUntilMs: nowMs + OWNER_MEMORY_MS }
    setBounded(none, domain, { untilMs: nowMs + KEEP_NONE_MS, rememberedUntilMs }, MAX_NONE)
    return undefined
  }

  /** The one that is under way may wait for longer than this asker does. */
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
