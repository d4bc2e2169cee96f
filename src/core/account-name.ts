/** Beginning as it does, it can't be read as an option of the panel's tools. */
const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/** Whether this may be sent as a hosting account's name: all names that the panel gives, and few others. */
export function isAccountName(text: string): boolean {
  return ACCOUNT_NAME.test(text)
}
