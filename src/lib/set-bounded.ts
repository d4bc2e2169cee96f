/** Sets a key anew, as the latest one; if there are more than `maxSize` then, the oldest goes. */
export function setBounded<Value>(map: Map<string, Value>, key: string, value: Value, maxSize: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > maxSize && oldest !== undefined) map.delete(oldest)
}
