/** Can't begin with a hyphen, so the panel's tools never read it as an option. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Whether this may be sent as a hosting account's name. Accepts every name that the panel allows, and a few more. */
export function isAccountName(text: string): boolean {
  return ACCOUNT_NAME.test(text)
}
