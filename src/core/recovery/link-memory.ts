import type { DurableStore } from './durable-store.js'
import type { OpenedLink } from './recovery-links.js'

/** Which links were used, and when links were ended. Each call rejects with `StoreUnavailable`. */
export interface LinkMemory {
  isUsed(link: OpenedLink): Promise<boolean>
  /** Uses a link up: true for one caller and false for all others. */
  use(link: OpenedLink): Promise<boolean>
  /** The link was not needed: it can be used again. */
  release(link: OpenedLink): Promise<void>
  /** Ends all links for mailboxes of a hosting account that were made until now. */
  endLinksOf(owner: string): Promise<void>
  /** Tells one ending of an account's links from the next; empty if they were never ended. */
  lastEndOf(owner: string): Promise<string>
}

/** Clocks of instances may differ: a used link is remembered for longer than it is valid. */
const REMEMBERED_AFTER_MS = 600_000

/** @param randomId a text that was never given before */
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
