import fc from 'fast-check'
import { expect, it } from 'vitest'
import { maskAddress, parseOutsideAddress } from '../../../src/core/recovery/outside-address.js'

it.each([
  ['jane@example.net', 'jane@example.net'],
  [' Jane.Doe@Example.NET. ', 'jane.doe@example.net'],
  ['Jane <jane+rekey@example.net>', 'jane+rekey@example.net'],
  ['mailto:jane@example.net', 'jane@example.net'],
  ['jane@bücher.example', 'jane@xn--bcher-kva.example'],
  ["o'brien@example.net", "o'brien@example.net"],
  ['jane@www.example.net', 'jane@www.example.net'],
  ['j@a.example', 'j@a.example'],
  [`${'j'.repeat(64)}@example.net`, `${'j'.repeat(64)}@example.net`],
])('%s is read as %s', (typed, address) => {
  expect(parseOutsideAddress(typed)).toBe(address)
})

it.each([
  '',
  'jane',
  '@example.net',
  'jane@',
  'jane@localhost',
  'jane@192.0.2.1',
  'jane@[192.0.2.1]',
  'jane..doe@example.net',
  '.jane@example.net',
  'jane.@example.net',
  '"jane doe"@example.net',
  'jane doe@example.net',
  'jane@john@example.net',
  'jane>@example.net',
  'jane@example.net\r\nrcpt to:john@example.net',
  'jané@example.net',
  `${'j'.repeat(65)}@example.net`,
  `jane@${'a.'.repeat(126)}net`,
])('%j is not a mail address', (typed) => {
  expect(parseOutsideAddress(typed)).toBeUndefined()
})

it('an address read from any text has only characters without a meaning in SMTP', () => {
  const piece = fc.constantFrom(
    'a',
    '@',
    '@',
    '.',
    '-',
    '+',
    'é',
    'ß',
    '<',
    '>',
    '\r\n',
    ' ',
    '"',
    '\0',
    '.net',
  )
  const typed = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(typed, (text) => {
      const address = parseOutsideAddress(text)
      if (address === undefined) return
      expect(address).toMatch(/^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9.-]+$/)
      expect(address.length).toBeLessThanOrEqual(254)
      expect(parseOutsideAddress(address)).toBe(address)
    }),
    { numRuns: 1000 },
  )
})

it.each([
  ['jane@example.net', 'j…@e….net'],
  ['jane@mail.example.co.uk', 'j…@m….uk'],
  ['j@x.example', 'j…@x….example'],
  ['kontakt@xn--bcher-kva.example', 'k…@b….example'],
])('%s is shown as %s', (address, masked) => {
  expect(maskAddress(address)).toBe(masked)
})

it('a masked address shows two characters and the last label of the domain', () => {
  const labels = fc.array(fc.stringMatching(/^[a-z0-9]{1,20}$/), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9+.]{1,64}$/),
      labels,
      fc.constantFrom('net', 'org', 'uk'),
      (localPart, others, last) => {
        const masked = maskAddress(`${localPart}@${others.join('.')}.${last}`)
        expect(masked).toBe(`${localPart[0]}…@${others[0]?.[0]}….${last}`)
      },
    ),
  )
})
