/** No hyphen first: the panel's tools would read an option. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Whether it can be sent as a hosting account's name: every name that the panel allows, and a few more. */
export function isAccountName(text: string): boolean {
  return ACCOUNT_NAME.test(text)
}
