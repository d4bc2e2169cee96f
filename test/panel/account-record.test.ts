import { expect, it } from 'vitest'
import { parseAccountRecord } from '../../src/panel/account-record.js'

const PLAIN = {
  ROLE: 'user',
  SUSPENDED: 'no',
  TWOFA: '',
  LOGIN_DISABLED: 'no',
  LOGIN_USE_IPLIST: 'no',
  LOGIN_ALLOW_IPS: '',
}
const ACCOUNT = {
  administrator: false,
  suspended: false,
  loginDisabled: false,
  twoFactor: false,
  allowedAddresses: undefined,
}

function parse(members: Partial<typeof PLAIN>) {
  return parseAccountRecord('alice', JSON.stringify({ alice: { ...PLAIN, ...members } }))
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
  expect(parse(members)).toEqual({ ...ACCOUNT, ...expected })
})

it.each(Object.keys(PLAIN))('an account’s record that lacks %s makes no sense', (member) => {
  const { [member]: _, ...others } = PLAIN as Record<string, string>
  expect(parseAccountRecord('alice', JSON.stringify({ alice: others }))).toBeUndefined()
})

it('what is no account’s record, or another account’s, is none', () => {
  expect(parseAccountRecord('bob', JSON.stringify({ alice: PLAIN }))).toBeUndefined()
  expect(parseAccountRecord('alice', '{"alice":')).toBeUndefined()
  expect(parseAccountRecord('alice', '[]')).toBeUndefined()
})
