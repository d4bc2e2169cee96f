/** Sets a key as the newest one. If the map is then larger than `maxSize`, the oldest key is removed. */
export function setBounded<Value>(map: Map<string, Value>, key: string, value: Value, maxSize: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > maxSize && oldest !== undefined) map.delete(oldest)
}
