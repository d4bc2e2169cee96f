import type { Response } from 'supertest'
import type { TestService } from './service.js'

export const CHANGES = '/api/v1/password-changes'
export const NEW_PASSWORD = 'a wholly new secret'

/** A change proved by the present password of the mailbox; info@example.org's unless told otherwise. */
export function byMailbox(more: Record<string, unknown> = {}): Record<string, unknown> {
  return { email: 'info@example.org', newPassword: NEW_PASSWORD, currentPassword: 'info mail pw', ...more }
}

/** A change of info@example.org proved by a hosting account; alice's unless told otherwise. */
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

export async function post(service: TestService, body: string | object): Promise<Response> {
  return await service.http.post(CHANGES).set('content-type', 'application/json').send(body)
}

/** The code of the answer, and its status, in one text: `403 invalid-credentials`. */
export function gist(response: Response): string {
  return `${response.status} ${response.body.code}`
}
