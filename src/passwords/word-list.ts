// This file also runs in browsers, so don't import anything from Node here.

/** A list of ranked words. The first has rank 1. */
export interface WordList {
  /** The rank of a word, or undefined if it isn't in the list. */
  rankOf(word: string): number | undefined
  /** The length of the longest word. */
  readonly maxLength: number
}

const LINE_FEED = 10

/** FNV-1a (RFC 9923). */
const HASH_OF_NOTHING = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Reads a list of up to 65,535 ASCII words, separated by line feeds; the first has rank 1. A hash table with open addressing
 * finds the ranks, and the words stay in the text: an object with as many keys needs ten times the memory and takes longer to
 * make.
 */
export function readWordList(text: Uint8Array): WordList {
  const wordCount = countWords(text)
  const starts = new Uint32Array(wordCount + 1)
  const ranks = new Uint16Array(2 ** Math.ceil(Math.log2(2 * wordCount)))
  const mask = ranks.length - 1
  let maxLength = 0
  let at = 0
  for (let rank = 1; rank <= wordCount; rank++) {
    const start = at
    let hash = HASH_OF_NOTHING
    for (; at < text.length && text[at] !== LINE_FEED; at++) hash = addToHash(hash, text[at])
    let slot = firstSlot(hash)
    while (ranks[slot] !== 0) slot = (slot + 1) & mask
    ranks[slot] = rank
    maxLength = Math.max(maxLength, at - start)
    at += 1
    starts[rank] = at
  }

  function firstSlot(hash: number): number {
    return (hash ^ (hash >>> 15)) & mask
  }

  function isWordAt(rank: number, word: string): boolean {
    const start = starts[rank - 1] ?? 0
    const end = (starts[rank] ?? 0) - 1
    if (end - start !== word.length) return false
    for (let index = 0; index < word.length; index++) {
      if (text[start + index] !== word.charCodeAt(index)) return false
    }
    return true
  }

  return {
    maxLength,
    rankOf(word) {
      let hash = HASH_OF_NOTHING
      for (let index = 0; index < word.length; index++) hash = addToHash(hash, word.charCodeAt(index))
      for (let slot = firstSlot(hash); ; slot = (slot + 1) & mask) {
        const rank = ranks[slot] ?? 0
        if (rank === 0) return undefined
        if (isWordAt(rank, word)) return rank
      }
    },
  }
}

function countWords(text: Uint8Array): number {
  let count = 1
  for (const code of text) if (code === LINE_FEED) count += 1
  return count
}

function addToHash(hash: number, code = 0): number {
  return Math.imul(hash ^ code, FNV_PRIME)
}
