/** Lets callers that want the same work share it while it runs. */
export interface Shared<Key, Result> {
  has(key: Key): boolean
  /**
   * Returns the result of the running work for this key, or of this work if there is none. If shared work fails, each other
   * caller does its own, because the failure may come from the first caller alone (such as its deadline).
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
