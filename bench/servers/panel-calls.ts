import { request } from 'undici'
import { createDispatcher } from '../../src/panel/dispatcher.js'
import { simulatorCredentials } from '../../test/panel-simulator/simulator.js'

const { PANEL_URL = '', PANEL_CA = '', PANEL_CONNECTIONS = '8' } = process.env
const url = new URL(PANEL_URL)
const dispatcher = createDispatcher(url, { ca: PANEL_CA }, Number(PANEL_CONNECTIONS), 15_000)

/** A change as it is submitted; the owner of every domain is alice. */
export interface Submission {
  readonly email: string
  readonly newPassword: string
  readonly currentPassword?: string | undefined
  readonly account?: { readonly username: string; readonly password: string } | undefined
}

/** Calls the panel with Rekey's own dispatcher and gives the text of its answer. */
export async function callPanel(returncode: 'yes' | 'no', cmd: string, ...args: string[]): Promise<string> {
  const numbered = args.map((argument, index) => [`arg${index + 1}`, argument])
  const { body } = await request(new URL('/api/', url), {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      access_key: simulatorCredentials.accessKey,
      secret_key: simulatorCredentials.secretKey,
      cmd,
      returncode,
      ...Object.fromEntries(numbered),
    }).toString(),
  })
  return await body.text()
}

/** The calls of one change, in the order in which they can be made one after another. */
export function callsOf({ email, newPassword, account }: Submission) {
  const [localPart = '', domain = ''] = email.split('@')
  const value = (key: string) => callPanel('no', 'v-get-mail-account-value', 'alice', domain, localPart, key)
  return {
    proofs: account
      ? [
          () => callPanel('yes', 'v-check-user-password', account.username, account.password, '127.0.0.1'),
          () => callPanel('no', 'v-list-user', account.username, 'json'),
          () => value('account'),
        ]
      : [() => value('md5'), () => value('account')],
    change: () => callPanel('yes', 'v-change-mail-account-password', 'alice', domain, localPart, newPassword),
  }
}
