import { expect, it } from 'vitest'
import { parseAccountRecord } from '../../src/panel/account-record.js'
import { PLAIN_ACCOUNT, PLAIN_RECORD } from '../kit/account-record.js'

function parse(members: Partial<typeof PLAIN_RECORD>) {
  return parseAccountRecord('alice', JSON.stringify({ alice: { ...PLAIN_RECORD, ...members } }))
}

it.each([
  [{}, {}],
  [{ ROLE: 'admin' }, { administrator: true }],
  [{ SUSPENDED: 'yes' }, { suspended: true }],
  [{ LOGIN_DISABLED: 'yes' }, { loginDisabled: true }],
  [{ TWOFA: 'JBSWY3DPEHPK3PXP' }, { twoFactor: true }],
  [{ SUSPENDED: '', LOGIN_DISABLED: '', LOGIN_USE_IPLIST: '' }, {}],
  [{ LOGIN_ALLOW_IPS: '203.0.113.7' }, {}],
  [{ LOGIN_USE_IPLIST: 'yes' }, { allowedAddresses: [] }],
  [
    { LOGIN_USE_IPLIST: 'yes', LOGIN_ALLOW_IPS: '203.0.113.7,2001:DB8::0001,nonsense' },
    { allowedAddresses: ['203.0.113.7', '2001:db8::1'] },
  ],
])('an account’s record with %j is that of a plain account but for %j', (members, expected) => {
  expect(parse(members)).toEqual({ ...PLAIN_ACCOUNT, ...expected })
})

it.each(Object.keys(PLAIN_RECORD))('an account’s record that lacks %s makes no sense', (member) => {
  const { [member]: _, ...others } = PLAIN_RECORD as Record<string, string>
  expect(parseAccountRecord('alice', JSON.stringify({ alice: others }))).toBeUndefined()
})

it('what is no account’s record, or another account’s, is none', () => {
  expect(parseAccountRecord('bob', JSON.stringify({ alice: PLAIN_RECORD }))).toBeUndefined()
  expect(parseAccountRecord('alice', '{"alice":')).toBeUndefined()
  expect(parseAccountRecord('alice', '[]')).toBeUndefined()
})
