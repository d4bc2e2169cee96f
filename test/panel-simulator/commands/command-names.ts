/** The command that changes a mailbox's password. */
export const CHANGE = 'v-change-mail-account-password'
