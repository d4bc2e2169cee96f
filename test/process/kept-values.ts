const BIG = 'x'.repeat(300_000)

/** What a process that keeps values says of each write that was acknowledged. */
export const KEPT = 'kept'

/** In this order: a key, and its value or none. The big ones make the file so large that it is made smaller. */
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
