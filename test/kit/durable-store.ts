import type { DurableStore } from '../../src/core/recovery/durable-store.js'

/** A durable store in memory. */
export function createTestDurableStore(): DurableStore {
  const values = new Map<string, string>()
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    async add(key, value) {
      if (values.has(key)) return false
      values.set(key, value)
      return true
    },
    delete: async (key) => void values.delete(key),
    entries: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)),
    checkReadiness: async () => [],
    close: async () => undefined,
  }
}
