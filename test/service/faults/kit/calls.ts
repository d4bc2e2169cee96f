import { byAccount, byMailbox } from '../../../kit/submissions.js'
import type { Wish } from '../../../kit/truth.js'
import { CHANGE } from '../../../panel-simulator/commands/command-names.js'
import { totp } from '../../../panel-simulator/commands/totp.js'

/** A proof for a change of a mailbox. */
export interface Sender {
  readonly address: string
  /** The password at the start. */
  readonly password: string
  body(wish: Wish): object
}

export const mailboxSender: Sender = {
  address: 'info@example.org',
  password: 'info mail pw',
  body: ({ oldPassword, newPassword }) => byMailbox({ currentPassword: oldPassword, newPassword }),
}

const account: Sender = {
  address: 'info@example.org',
  password: 'info mail pw',
  body: ({ newPassword }) => byAccount({}, { newPassword }),
}

const SOLO = { address: 'solo.name@example.org', password: 'solo mail pw' }

const dottedMailbox: Sender = {
  ...SOLO,
  body: ({ address, oldPassword, newPassword }) =>
    byMailbox({ email: address, currentPassword: oldPassword, newPassword }),
}

const dottedAccount: Sender = {
  ...SOLO,
  body: ({ address, newPassword }) => byAccount({}, { email: address, newPassword }),
}

const twoFactor: Sender = {
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

/** A call that a change needs, and its purpose. */
export interface Call {
  readonly proof: 'mailbox' | 'account'
  /** The call in the form of `failNext`. */
  readonly call: string
  /** `siblings`: whether a change would harm others. Exit code 3 means that it wouldn't. */
  readonly asks: 'whether' | 'what' | 'siblings' | 'change'
  readonly sender: Sender
}

/** Each panel command, for each proof that runs it. */
export const calls: readonly Call[] = [
  { proof: 'mailbox', call: 'v-search-domain-owner mail', asks: 'what', sender: mailboxSender },
  { proof: 'mailbox', call: 'v-get-mail-account-value account', asks: 'siblings', sender: dottedMailbox },
  { proof: 'mailbox', call: 'v-get-mail-account-value md5', asks: 'what', sender: mailboxSender },
  { proof: 'mailbox', call: CHANGE, asks: 'change', sender: mailboxSender },
  { proof: 'account', call: 'v-check-user-password', asks: 'whether', sender: account },
  { proof: 'account', call: 'v-check-user-2fa', asks: 'whether', sender: twoFactor },
  { proof: 'account', call: 'v-list-user json', asks: 'what', sender: account },
  { proof: 'account', call: 'v-get-mail-account-value account', asks: 'siblings', sender: dottedAccount },
  { proof: 'account', call: CHANGE, asks: 'change', sender: account },
]
