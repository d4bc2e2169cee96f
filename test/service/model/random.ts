/** Random choices that are the same for the same seed. */
export interface Random {
  oneOf<Item>(items: readonly Item[]): Item
  /** @param share 0.1 for one time in ten */
  chance(share: number): boolean
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** Mulberry32 (Tommy Ettinger, public domain): small, and good enough for choices. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    oneOf: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
    chance: (share) => next() < share,
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((one, other) => one.place - other.place)
        .map(({ item }) => item),
  }
}
