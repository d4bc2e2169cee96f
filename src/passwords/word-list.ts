// This file runs in browsers too: nothing of Node may be imported here.

/** A list of words, each of which has a rank, from 1. */
export interface WordList {
  /** The rank of a word, undefined if it is not in the list. */
  rankOf(word: string): number | undefined
  /** How many characters the longest word has. */
  readonly maxLength: number
}

const LINE_FEED = 10

/** FNV-1a (RFC 9923). */
const HASH_OF_NOTHING = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * Reads a list of up to 65,535 words in ASCII, the first of rank 1, with line feeds between them. The words stay where they
 * are, and a hash table with open addressing finds their ranks: an object with as many keys takes ten times the memory, and
 * longer to make.
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
