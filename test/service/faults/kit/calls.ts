import { byAccount, byMailbox } from '../../../kit/submissions.js'
import type { Wish } from '../../../kit/truth.js'
import { CHANGE } from '../../../panel-simulator/commands/command-names.js'
import { totp } from '../../../panel-simulator/commands/totp.js'

/** A way to prove that one may change a mailbox. */
export interface Proof {
  readonly address: string
  /** The password at the start. */
  readonly password: string
  body(wish: Wish): object
}

/** By the mailbox’s present password. */
export const mailboxProof: Proof = {
  address: 'info@example.org',
  password: 'info mail pw',
  body: ({ oldPassword, newPassword }) => byMailbox({ currentPassword: oldPassword, newPassword }),
}

const account: Proof = {
  address: 'info@example.org',
  password: 'info mail pw',
  body: ({ newPassword }) => byAccount({}, { newPassword }),
}

const SOLO = { address: 'solo.name@example.org', password: 'solo mail pw' }

const dottedMailbox: Proof = {
  ...SOLO,
  body: ({ address, oldPassword, newPassword }) =>
    byMailbox({ email: address, currentPassword: oldPassword, newPassword }),
}

const dottedAccount: Proof = {
  ...SOLO,
  body: ({ address, newPassword }) => byAccount({}, { email: address, newPassword }),
}

const twoFactor: Proof = {
  address: 'dave@dave.example',
  password: 'dave mail pw',
  body: ({ newPassword }) => {
    const code = totp('JBSWY3DPEHPK3PXP', Date.now())
    return byAccount(
      { username: 'dave', password: 'dave panel pw', code },
      { email: 'dave@dave.example', newPassword },
    )
  },
}

/** A call that a change needs, and what it is for. */
export interface Call {
  readonly mode: 'mailbox' | 'account'
  /** As `failNext` takes it. */
  readonly call: string
  /** `siblings`: whether a change would harm others; exit code 3 says that it would not. */
  readonly asks: 'whether' | 'what' | 'siblings' | 'change'
  readonly proof: Proof
}

/** Each command of the panel, in each mode that runs it. */
export const calls: readonly Call[] = [
  { mode: 'mailbox', call: 'v-search-domain-owner mail', asks: 'what', proof: mailboxProof },
  { mode: 'mailbox', call: 'v-get-mail-account-value account', asks: 'siblings', proof: dottedMailbox },
  { mode: 'mailbox', call: 'v-get-mail-account-value md5', asks: 'what', proof: mailboxProof },
  { mode: 'mailbox', call: CHANGE, asks: 'change', proof: mailboxProof },
  { mode: 'account', call: 'v-check-user-password', asks: 'whether', proof: account },
  { mode: 'account', call: 'v-check-user-2fa', asks: 'whether', proof: twoFactor },
  { mode: 'account', call: 'v-list-user json', asks: 'what', proof: account },
  { mode: 'account', call: 'v-get-mail-account-value account', asks: 'siblings', proof: dottedAccount },
  { mode: 'account', call: CHANGE, asks: 'change', proof: account },
]
