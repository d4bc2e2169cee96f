import type { WordList } from './word-list.js'

/** Tells whether a password, compared without case, is in a list of common ones, which has them in lower case. */
export function createCommonPasswordCheck(passwords: WordList): (password: string) => boolean {
  return (password) => passwords.rankOf(password.toLowerCase()) !== undefined
}
