import { request } from 'undici'
import { createDispatcher } from '../../src/panel/dispatcher.js'
import { simulatorCredentials } from '../../test/panel-simulator/simulator.js'

const { PANEL_URL = '', PANEL_CA = '' } = process.env
const url = new URL(PANEL_URL)
const dispatcher = createDispatcher(url, { ca: PANEL_CA }, 8, 15_000)

/** A change as it is submitted. The owner of every domain is alice. */
export interface Submission {
  readonly email: string
  readonly newPassword: string
  readonly currentPassword?: string
  readonly account?: { readonly username: string; readonly password: string }
}

/** Calls the panel through Rekey's own dispatcher and returns the body of the response. */
async function callPanel(returncode: 'yes' | 'no', cmd: string, ...args: string[]): Promise<string> {
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

function partsOf(email: string): [string, string] {
  const [localPart = '', domain = ''] = email.split('@')
  return [domain, localPart]
}

export async function isAccountPassword({ username, password }: NonNullable<Submission['account']>) {
  return (await callPanel('yes', 'v-check-user-password', username, password, '127.0.0.1')) === '0'
}

export async function readAccount(username: string): Promise<string> {
  return await callPanel('no', 'v-list-user', username, 'json')
}

/** A bcrypt hash in the form that bcrypt libraries accept. */
export async function readHash(email: string): Promise<string> {
  const answer = await callPanel('no', 'v-get-mail-account-value', 'alice', ...partsOf(email), 'md5')
  return answer.trim().replace('{BLF-CRYPT}', '')
}

export async function changePassword({ email, newPassword }: Submission): Promise<boolean> {
  const args = ['alice', ...partsOf(email), newPassword]
  return (await callPanel('yes', 'v-change-mail-account-password', ...args)) === '0'
}
