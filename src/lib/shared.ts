/** Work that is under way, shared by all who ask for the same while it runs. */
export interface Shared<Key, Result> {
  has(key: Key): boolean
  /**
   * Gives the result of the work that is under way, or of this one. If it fails, those who only shared it do it themselves, so
   * that nobody fails for what was another's alone, such as a deadline.
   */
  share(key: Key, work: () => Promise<Result>): Promise<Result>
}

export function createShared<Key, Result>(): Shared<Key, Result> {
  const underWay = new Map<Key, Promise<Result>>()

  async function share(key: Key, work: () => Promise<Result>): Promise<Result> {
    const shared = underWay.get(key)
    if (shared) return await shared.catch(() => share(key, work))
    const result = work()
    underWay.set(key, result)
    try {
      return await result
    } finally {
      if (underWay.get(key) === result) underWay.delete(key)
    }
  }

  return { has: (key) => underWay.has(key), share }
}
