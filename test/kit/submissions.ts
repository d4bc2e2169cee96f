import { createHash } from 'node:crypto'
import type { Response } from 'supertest'
import type { TestService } from './service.js'

export const CHANGES = '/api/v1/password-changes'
export const NEW_PASSWORD = 'a wholly new secret'

/** A new password for each number. They aren't similar. */
export function numberedPassword(number: number): string {
  return `new ${createHash('sha256').update(String(number)).digest('base64url').slice(0, 20)}`
}

/** A change with proof by mailbox, by default for info@example.org. */
export function byMailbox(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { email: 'info@example.org', newPassword: NEW_PASSWORD, currentPassword: 'info mail pw', ...more }
}

/** A change of info@example.org with proof by account, by default alice's. */
export function byAccount(
  account: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    email: 'info@example.org',
    newPassword: NEW_PASSWORD,
    account: { username: 'alice', password: 'alice panel pw', ...account },
    ...more,
  }
}

/** @param from the address to send as, if the service trusts one proxy */
export async function post(
  service: Pick<TestService, 'http'>,
  body: string | object,
  from?: string,
): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(from && { 'x-forwarded-for': from }) }
  return await service.http.post(CHANGES).set(headers).send(body)
}

/** A change of bob@bob.example.com with bob's hosting account. */
const BY_BOB = byAccount({ username: 'bob', password: 'bob panel pw' }, { email: 'bob@bob.example.com' })

/**
 * Makes one change, by default bob's. It takes no time on the test clock, and the service learns from it how long its commands
 * take, and that running two of them in parallel is worth trying.
 */
export async function warmUp(service: TestService, body: object = BY_BOB): Promise<void> {
  const { status } = await post(service, body)
  if (status !== 200) throw new Error(`the first change was answered with status ${status}`)
}

/** The status and the code of an answer: `403 invalid-credentials`. */
export function gist(response: Response): string {
  return `${response.status} ${response.body.code}`
}

const NEW_PASSWORD_TWICE = { new_password: NEW_PASSWORD, confirm_password: NEW_PASSWORD }

/** The page's form, filled in for a change of info@example.org with proof by mailbox. */
export const MAILBOX_FORM = {
  email: 'info@example.org',
  proof: 'mailbox',
  current_password: 'info mail pw',
  ...NEW_PASSWORD_TWICE,
}

/** The same with proof by account, alice's. */
export const ACCOUNT_FORM = {
  email: 'info@example.org',
  proof: 'account',
  username: 'alice',
  account_password: 'alice panel pw',
  ...NEW_PASSWORD_TWICE,
}

/** The page's form, filled in with a submission of the JSON interface. */
export function formOf(body: Record<string, unknown>): Record<string, string> {
  const { email, newPassword, currentPassword, account } = body as Partial<Record<string, string>> & {
    account?: Record<string, string>
  }
  const fields = {
    email,
    proof: account ? 'account' : 'mailbox',
    current_password: currentPassword,
    username: account?.username,
    account_password: account?.password,
    code: account?.code,
    new_password: newPassword,
    confirm_password: newPassword,
  }
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  return email === undefined ? {} : Object.fromEntries(given)
}
