import assert from 'node:assert/strict'
import { isIP } from 'node:net'
import { networkOf, parseClientAddress, parseForwardedAddress, wideNetworkOf } from '../src/lib/ip-address.js'
import { defineTarget } from './target.js'
import { edited, repeated } from './texts.js'

const ADDRESSES = [
  '203.0.113.9',
  '203.0.113.9:51234',
  '2001:db8::9',
  '[2001:db8::9]',
  '[2001:db8::9]:443',
  '::ffff:203.0.113.9',
  '::ffff:cb00:7109',
  '64:ff9b::203.0.113.9',
  'fe80::1%eth0',
  '127.0.0.1',
  '::1',
  'unknown',
  '_hidden',
]

const PIECES = [':', '::', '.', '%', 'ffff', '127.0.0.1', ', ', ':80', '0', '00', '256', '/64', '\u0661']

function checkAddress(text: string): void {
  const address = parseForwardedAddress(text)
  if (address === undefined) {
    assert.equal(parseClientAddress(text), undefined, 'an address that is none with a port')
    return
  }
  assert.notEqual(isIP(address), 0)
  assert.equal(parseForwardedAddress(address), address, 'an address that has another form')
  for (const network of [networkOf(address), wideNetworkOf(address)]) {
    const [base = '', bits] = network.split('/')
    assert(isIP(base) !== 0 && (bits === undefined || Number(bits) <= 64), `no network: ${network}`)
  }
}

/** Entries of `X-Forwarded-For`. fuzz/doors.ts tests whole headers. */
export const forwardedAddresses = [
  defineTarget({ name: 'forwarded-addresses', arbitrary: edited(ADDRESSES, PIECES), run: checkAddress }),
  defineTarget({ name: 'long-forwarded-addresses', arbitrary: repeated(PIECES, 8192), run: checkAddress }),
]
