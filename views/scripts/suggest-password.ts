import type { Mailbox } from '../../src/core/mailbox.js'
import { breachedRules } from '../../src/core/password/rules.js'
import type { ScriptPolicy } from '../../src/http/page/script-view.js'

/** Gives so many random numbers of 32 bits, as `crypto.getRandomValues` does. */
export type RandomNumbers = (count: number) => Uint32Array

/** Without those that are taken for one another: 0 and O, 1, I and l. */
const ALPHABET = 'abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const GROUP_LENGTH = 5
/** 20 characters of 57: 116 bits. */
const GROUPS = 4
/** Of the list's 7,776: 64 bits. */
const WORDS = 5
/** A part of the address in it is chance, and rare. */
const MAX_TRIES = 1000

/** A password of characters, in groups that can be read and typed. */
export function suggestPassword(policy: ScriptPolicy, mailbox: Mailbox, random: RandomNumbers): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => pick([...ALPHABET], random)).join('')
  return suggest(group, GROUPS, policy, mailbox)
}

/** A password of words from a list. */
export function suggestWords(
  list: readonly string[],
  policy: ScriptPolicy,
  mailbox: Mailbox,
  random: RandomNumbers,
): string {
  return suggest(() => pick(list, random), WORDS, policy, mailbox)
}

/** Joins parts, at least so many and as many more as the policy wants, until the result keeps its rules. */
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

/** Each with the same chance: numbers beyond the last whole multiple are thrown away. */
function pick<Item>(items: readonly Item[], random: RandomNumbers): Item {
  const limit = RANGE - (RANGE % items.length)
  for (;;) {
    const [number = limit] = random(1)
    const item = items[number % items.length]
    if (number < limit && item !== undefined) return item
  }
}
