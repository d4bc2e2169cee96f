import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseClientAddress, parseForwardedAddress, withoutBrackets } from '../../src/lib/ip-address.js'

it.each([
  ['203.0.113.9', '203.0.113.9'],
  [' 203.0.113.9 ', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['::FFFF:CB00:7109', '203.0.113.9'],
  ['2001:DB8:0:0:0:0:0:7', '2001:db8::7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::1', '::1'],
  ['::', '::'],
])('a client address %s is written %s', (text, canonical) => {
  expect(parseClientAddress(text)).toBe(canonical)
})

it.each([
  '',
  '203.0.113.9%eth0',
  '203.0.113.9%\r\nX: y',
  'fe80::1%\r\nX: y',
  'unknown',
  '203.0.113.9:443',
  '[::1]',
  '203.0.113',
  '203.0.113.256',
  '1.2.3.4, 5.6.7.8',
])('a client address %j is none', (text) => {
  expect(parseClientAddress(text)).toBeUndefined()
})

it('a client address has one form, whatever form it comes in', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const address = parseClientAddress(text)
      expect(address).toBeDefined()
      expect(parseClientAddress(address ?? '')).toBe(address)
      expect(parseClientAddress(text.toUpperCase())).toBe(address)
    }),
  )
})

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['203.0.113.9:51234', '203.0.113.9'],
  ['[2001:db8::9]:443', '2001:db8::9'],
  ['[2001:DB8::0009]', '2001:db8::9'],
  ['2001:db8::9', '2001:db8::9'],
  ['[::ffff:203.0.113.9]:80', '203.0.113.9'],
  [' [fe80::1%eth0]:65535 ', 'fe80::1'],
])('an address that a proxy writes as %s is %s', (text, canonical) => {
  expect(parseForwardedAddress(text)).toBe(canonical)
})

it.each([
  '',
  'unknown',
  '_hidden',
  '203.0.113.9:',
  '203.0.113.9:port',
  '203.0.113.9:123456',
  '203.0.113:80',
  '[203.0.113.9:80',
  '[]:80',
  '[2001:db8::9]443',
  'proxy.example:80',
])('what a proxy writes as %j is no address', (text) => {
  expect(parseForwardedAddress(text)).toBeUndefined()
})

it('what a proxy writes has the same address with brackets and a port as without', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 65_535 }), (text, port) => {
      const written = text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`
      expect(parseForwardedAddress(written)).toBe(parseClientAddress(text))
    }),
  )
})

it.each([
  ['[::1]', '::1'],
  ['mail.example.org', 'mail.example.org'],
  ['127.0.0.1', '127.0.0.1'],
  ['[::1', '[::1'],
])('a host %s is connected to as %s', (host, expected) => {
  expect(withoutBrackets(host)).toBe(expected)
})
