/**
 * Work that is under way is shared: who asks for the same while it runs gets the same result. If it fails, those who only
 * shared it do it themselves, so that nobody fails for what was another's alone, such as a deadline.
 */
export function createShared<Key, Result>(): (key: Key, work: () => Promise<Result>) => Promise<Result> {
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

  return share
}
