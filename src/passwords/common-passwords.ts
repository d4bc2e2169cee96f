import type { WordList } from './word-list.js'

/** Makes the check whether a password is a common one, ignoring case. The list must be in lower case. */
export function createCommonPasswordCheck(passwords: WordList): (password: string) => boolean {
  return (password) => passwords.rankOf(password.toLowerCase()) !== undefined
}
