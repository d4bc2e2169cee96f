/** The relevant members of a hosting account's record, with ordinary values. */
export const PLAIN_RECORD = {
  ROLE: 'user',
  SUSPENDED: 'no',
  TWOFA: '',
  LOGIN_DISABLED: 'no',
  LOGIN_USE_IPLIST: 'no',
  LOGIN_ALLOW_IPS: '',
  CONTACT: 'alice@contact.example',
  LANGUAGE: 'en',
}

/** The same record as Rekey reads it. */
export const PLAIN_ACCOUNT = {
  administrator: false,
  suspended: false,
  loginDisabled: false,
  twoFactor: false,
  allowedAddresses: undefined,
  contact: 'alice@contact.example',
  language: 'en',
}
