import { dictionary } from '@zxcvbn-ts/language-common'

/**
 * Tells whether a password, compared without case, is one of the 49,233 most common ones that the zxcvbn-ts
 * package ships (all of them in lower case).
 */
export function createCommonPasswords(): (password: string) => boolean {
  const common = new Set(dictionary['passwords-common'])
  return (password) => common.has(password.toLowerCase())
}
