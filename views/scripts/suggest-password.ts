import type { Mailbox } from '../../src/core/mailbox.js'
import { breachedRules } from '../../src/core/password/rules.js'
import type { ScriptPolicy } from '../../src/http/page/script-view.js'

/** Returns this many random 32-bit numbers, like `crypto.getRandomValues`. */
export type RandomNumbers = (count: number) => Uint32Array

/** Without characters that look alike: 0 and O; 1, I and l. */
const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const GROUP_LENGTH = 5
/** 20 characters out of 57: 116 bits. */
const GROUPS = 4
/** Out of the list's 7,776 words: 64 bits. */
const WORDS = 5
/** It may contain a part of the address, but only by chance and rarely. */
const MAX_TRIES = 1000

/** Suggests a password of characters, in groups that are easy to read and type. */
export function suggestPassword(policy: ScriptPolicy, mailbox: Mailbox, random: RandomNumbers): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => pick([...ALPHABET], random)).join('')
  return suggest(group, GROUPS, policy, mailbox)
}

/** Suggests a password of words from a list. */
export function suggestWords(
  list: readonly string[],
  policy: ScriptPolicy,
  mailbox: Mailbox,
  random: RandomNumbers,
): string {
  return suggest(() => pick(list, random), WORDS, policy, mailbox)
}

/** Joins at least this many parts, or more if the policy requires it, until the result keeps its rules. */
function suggest(part: () => string, least: number, policy: ScriptPolicy, mailbox: Mailbox): string {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const parts: string[] = []
    while (parts.length < least || parts.join('-').length < policy.minLength) parts.push(part())
    const password = parts.join('-')
    const rules = { ...policy, isCommon: () => false }
    if (breachedRules(rules, mailbox, password, undefined).length === 0) return password
  }
  throw new Error('no password keeps the rules')
}

const RANGE = 2 ** 32

/** Picks each item with the same probability: numbers above the last whole multiple are discarded. */
function pick<Item>(items: readonly Item[], random: RandomNumbers): Item {
  const limit = RANGE - (RANGE % items.length)
  for (;;) {
    const [number = limit] = random(1)
    const item = items[number % items.length]
    if (number < limit && item !== undefined) return item
  }
}
