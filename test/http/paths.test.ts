import { expect, it } from 'vitest'
import { startService } from '../kit/service.js'
import { CHANGES } from '../kit/submissions.js'

it.each([
  ['get', '/Password/'],
  ['post', '/PASSWORD/'],
  ['post', '/RESET/mail/'],
  ['post', '/password/reset/Mail'],
  ['post', '/Roundcube'],
  ['post', '/%72eset/mail/'],
  ['post', '//reset/mail/'],
  ['post', `/password${CHANGES.toUpperCase()}`],
  ['post', `/password${CHANGES.replace('password-changes', 'Password-changes')}`],
  ['get', '/password/API/v1/client-address'],
  ['get', '/password/api/v1/Client-Address'],
  ['get', '/password/READYZ'],
  ['get', '/password/Assets/form.js'],
  ['get', '/password/assets/Logo'],
  ['get', '/.Well-Known/change-password'],
] as const)('no other spelling of a path gets past a proxy’s rule: %s %s', async (method, path) => {
  const { http } = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
  expect((await http[method](path).type('form').send({})).status).toBe(404)
})
