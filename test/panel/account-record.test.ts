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
])('an account’s record with %j is that of a plain account except for %j', (members, expected) => {
  expect(parse(members)).toEqual({ ...PLAIN_ACCOUNT, ...expected })
})

it('an account’s record may lack its owner’s address and language', () => {
  const { CONTACT: _contact, LANGUAGE: _language, ...others } = PLAIN_RECORD
  const plain = { ...PLAIN_ACCOUNT, contact: undefined, language: '' }
  expect(parseAccountRecord('alice', JSON.stringify({ alice: others }))).toEqual(plain)
  for (const CONTACT of [
    '',
    'alice',
    'alice at home',
    'a@b@c.example',
    'a@b.example,c@d.example',
    'a@b.example\n',
  ]) {
    expect(parse({ CONTACT })).toEqual({ ...PLAIN_ACCOUNT, contact: undefined })
  }
})

const NEEDED = Object.keys(PLAIN_RECORD).filter((member) => member !== 'CONTACT' && member !== 'LANGUAGE')

it.each(NEEDED)('an account’s record without %s is unreadable', (member) => {
  const { [member]: _, ...others } = PLAIN_RECORD as Record<string, string>
  expect(parseAccountRecord('alice', JSON.stringify({ alice: others }))).toBeUndefined()
})

/** A record as the panel prints it: one member per line, with nothing escaped. */
function printed(members: Record<string, string>): string {
  const lines = Object.entries(members).map(([key, value]) => `        "${key}": "${value}"`)
  return `{\n    "alice": {\n${lines.join(',\n')}\n        }\n}`
}

it.each([
  'Alice "the" Admin',
  'C:\\Users\\alice',
  'alice\\',
  '"',
  'x", "ROLE": "admin',
  'x",\t"ROLE": "admin", "Y": "\\',
  '{ \\ }',
])('an account’s record is read even if its owner’s name %j breaks the JSON', (name) => {
  const members = { NAME: name, ...PLAIN_RECORD, CONTACT: name, TWOFA: 'JBSWY3DPEHPK3PXP', TIME: '10:00:00' }
  const plain = { ...PLAIN_ACCOUNT, twoFactor: true, contact: undefined }
  expect(parseAccountRecord('alice', printed(members))).toEqual(plain)
  expect(parseAccountRecord('bob', printed(members))).toBeUndefined()
})

it('an account’s record is unreadable if it is cut off, or if a value has several lines', () => {
  const whole = printed({ NAME: '"', ...PLAIN_RECORD, TIME: '10:00:00' })
  for (let length = 0; length < whole.length - 1; length++) {
    expect(parseAccountRecord('alice', whole.slice(0, length)), whole.slice(0, length)).toBeUndefined()
  }
  const forged = { NAME: '"', ...PLAIN_RECORD, CONTACT: '",\n        "ROLE": "admin' }
  expect(parseAccountRecord('alice', printed(forged))).toBeUndefined()
  expect(parseAccountRecord('alice', printed({ ...forged, CONTACT: 'a\n"b' }))).toBeUndefined()
})

it('other text, or another account’s record, is not accepted', () => {
  expect(parseAccountRecord('bob', JSON.stringify({ alice: PLAIN_RECORD }))).toBeUndefined()
  expect(parseAccountRecord('alice', '{"alice":')).toBeUndefined()
  expect(parseAccountRecord('alice', '[]')).toBeUndefined()
})
