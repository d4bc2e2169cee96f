import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseMailbox } from '../../../src/core/mailbox.js'
import { breachedRules, MAX_PASSWORD_BYTES } from '../../../src/core/password/rules.js'
import { GENERATED_SPECIALS, passwordRulesAttribute } from '../../../src/core/password/rules-attribute.js'

it('the passwordrules attribute is in Apple’s syntax', () => {
  expect(passwordRulesAttribute(12)).toBe(
    'minlength: 12; maxlength: 72; allowed: upper, lower, digit, [-!#$%*+,.:;=?@^_~];',
  )
  // A class of one's own has printable ASCII, ends at the first bracket, and takes a hyphen only as its first.
  expect(GENERATED_SPECIALS).toMatch(/^-?[!-,.-\\^-~]*$/)
})

it('a password that is made by the passwordrules attribute is one that the panel takes as it is', () => {
  const mailbox = parseMailbox('info@example.org')
  if (!mailbox) throw new Error('no mailbox')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  const unit = fc.constantFrom(...letters, ...GENERATED_SPECIALS)
  fc.assert(
    fc.property(fc.string({ unit, minLength: 12, maxLength: MAX_PASSWORD_BYTES }), (password) => {
      const policy = { minLength: 12, isCommon: () => false }
      const reasons = breachedRules(policy, mailbox, password, undefined).map(({ code }) => code)
      // By chance it may hold the domain's name.
      expect(reasons.filter((code) => code !== 'contains-address')).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
