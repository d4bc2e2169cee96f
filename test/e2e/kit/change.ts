import { expect } from 'vitest'

/** Expects a service with its own simulator to change the password of sales@example.org. */
export async function expectChange(serviceUrl: string): Promise<void> {
  const response = await fetch(`${serviceUrl}/api/v1/password-changes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'sales@example.org',
      currentPassword: 'sales mail pw',
      newPassword: 'a wholly new secret',
    }),
  })
  expect(await response.json()).toEqual({ code: 'changed' })
}
