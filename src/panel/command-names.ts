import type { PanelCommand } from '../core/panel-port.js'

/** The panel's names of its commands. */
export const commandNames: Readonly<Record<PanelCommand, string>> = {
  'check-account': 'v-check-user-password',
  'check-code': 'v-check-user-2fa',
  'read-account': 'v-list-user',
  'find-owner': 'v-search-domain-owner',
  'read-mailbox': 'v-get-mail-account-value',
  'change-password': 'v-change-mail-account-password',
}
