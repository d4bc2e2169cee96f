import type { DurableStore } from './durable-store.js'
import type { OpenedLink } from './recovery-links.js'

/** Remembers used links, and when links were ended. Each call rejects with `StoreUnavailable`. */
export interface LinkMemory {
  isUsed(link: OpenedLink): Promise<boolean>
  /** Uses up a link: true for one caller, false for all others. */
  use(link: OpenedLink): Promise<boolean>
  /** Makes a link usable again that wasn't needed. */
  release(link: OpenedLink): Promise<void>
  /** Ends all earlier links for mailboxes of a hosting account. */
  endLinksOf(owner: string): Promise<void>
  /** Identifies the last time an account's links were ended; empty if never. */
  lastEndOf(owner: string): Promise<string>
}

/** Clocks of instances may differ, so a used link is remembered longer than it's valid. */
const REMEMBERED_AFTER_MS = 600_000

/** @param randomId returns a new text each time */
export function createLinkMemory(store: DurableStore, randomId: () => string): LinkMemory {
  const usedKey = ({ id }: OpenedLink): string => `used:${id}`
  const endKey = (owner: string): string => `ended:${owner}`
  return {
    isUsed: async (link) => (await store.get(usedKey(link))) !== undefined,
    use: (link) => store.add(usedKey(link), '', link.expiresMs + REMEMBERED_AFTER_MS),
    release: (link) => store.delete(usedKey(link)),
    endLinksOf: (owner) => store.set(endKey(owner), randomId()),
    lastEndOf: async (owner) => (await store.get(endKey(owner))) ?? '',
  }
}
