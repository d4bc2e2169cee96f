const BIG = 'x'.repeat(300_000)

/** What the process prints for each acknowledged write. */
export const KEPT = 'kept'

/** The writes in order: a key, and its value, if any. The big ones make the file so large that it gets compacted. */
export const WRITES: readonly (readonly [key: string, value: string | undefined])[] = [
  ['a', '1'],
  ['b', '2'],
  ['a', undefined],
  ['big', `1 ${BIG}`],
  ['big', `2 ${BIG}`],
  ['big', `3 ${BIG}`],
  ['big', `4 ${BIG}`],
  ['b', '3'],
]
