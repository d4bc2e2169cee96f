import { dictionary } from '@zxcvbn-ts/language-common'

const common = new Set(dictionary['passwords-common'])

/**
 * Tells whether a password, compared without case, is one of the 49,233 most common ones that the zxcvbn-ts
 * package ships (all of them in lower case).
 */
export function isCommonPassword(password: string): boolean {
  return common.has(password.toLowerCase())
}
