import { expect, it } from 'vitest'
import { Secret } from '../../src/lib/secret.js'
import { credentialFields, isLegacy, keyIdOf, type PanelCredentials } from '../../src/panel/credentials.js'

const URL_OF_PANEL = new URL('https://panel.example:8083/')

function accessKey(id: string, secret = 'secret'): PanelCredentials {
  return { kind: 'access-key', accessKey: new Secret(id), secretKey: new Secret(secret) }
}

function apiKey(key: string): PanelCredentials {
  return { kind: 'api-key', key: new Secret(key) }
}

function adminPassword(user: string, password: string): PanelCredentials {
  return { kind: 'admin-password', user, password: new Secret(password) }
}

it.each([
  ['an access key', accessKey('id'), false, { access_key: 'id', secret_key: 'secret' }],
  ['an access key joined by a colon', apiKey('id:secret'), false, { hash: 'id:secret' }],
  ['a legacy key', apiKey('x'.repeat(32)), true, { hash: 'x'.repeat(32) }],
  ['a password', adminPassword('admin', 'a:b'), true, { user: 'admin', password: 'a:b' }],
] as const)(
  '%s is sent in its own fields, and answered in the older way or not',
  (_what, key, legacy, fields) => {
    expect(isLegacy(key)).toBe(legacy)
    expect(credentialFields(key)).toEqual(fields)
  },
)

it('keys are identified by their panel and themselves, without an administrator’s password', () => {
  const ids = [
    keyIdOf(URL_OF_PANEL, accessKey('id')),
    keyIdOf(URL_OF_PANEL, accessKey('other')),
    keyIdOf(URL_OF_PANEL, accessKey('id', 'other')),
    keyIdOf(new URL('https://panel.example:8084/'), accessKey('id')),
    keyIdOf(URL_OF_PANEL, apiKey('id')),
    keyIdOf(URL_OF_PANEL, adminPassword('admin', 'one')),
    keyIdOf(URL_OF_PANEL, adminPassword('root', 'one')),
  ]
  expect(new Set(ids).size).toBe(ids.length)
  expect(keyIdOf(URL_OF_PANEL, adminPassword('admin', 'two'))).toBe(ids[5])
  expect(keyIdOf(new URL('https://panel.example:8083/api/'), accessKey('id'))).toBe(ids[0])
  for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/)
})
