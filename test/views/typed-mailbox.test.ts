import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseMailbox } from '../../src/core/mailbox.js'
import { breachedRules } from '../../src/core/password/rules.js'
import { typedMailbox } from '../../views/scripts/typed-mailbox.js'

const policy = { minLength: 8, isCommon: () => false }

const letters = fc.string({ unit: fc.constantFrom(...'abxyzäüßéжя名前1-'), minLength: 1, maxLength: 12 })
const address = fc.oneof(
  fc.emailAddress(),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9_.-]{1,20}$/), letters)
    .map(([name, label]) => `${name}@${label}.example`),
  fc.constantFrom(
    'kontakt@bücher.example',
    'kontakt@xn--bcher-kva.example',
    ' Info@BÜCHER.Example ',
    'Ｉｎｆｏ＠ＢÜCHER。example.',
    'Bücher <mailto:kontakt@bücher\u200b.example>;',
  ),
)

it('an address as it stands in the form breaks the rule about the address with just the passwords with which the server’s reading does', () => {
  fc.assert(
    fc.property(address, fc.nat(), fc.string(), (typed, choice, more) => {
      const read = parseMailbox(typed)
      fc.pre(read !== undefined)
      const inPage = typedMailbox(typed)
      expect(inPage.localPart).toBe(read.localPart)
      const parts = [typed, read.localPart, ...read.domainForms.flatMap((form) => form.split('.')), '']
      const password = `${more}${parts[choice % parts.length]}${more}`
      expect(breachedRules(policy, inPage, password, undefined)).toEqual(
        breachedRules(policy, read, password, undefined),
      )
    }),
    { numRuns: 2000 },
  )
})

it('an address as it stands in the form is read as far as it was typed, and never throws', () => {
  expect(typedMailbox('')).toMatchObject({ localPart: '', domain: '' })
  expect(typedMailbox(' Info')).toMatchObject({ localPart: 'info', domain: '' })
  expect(typedMailbox('info@')).toMatchObject({ localPart: 'info', domain: '' })
  expect(typedMailbox('info@exam')).toMatchObject({ localPart: 'info', domainForms: ['exam'] })
  expect(typedMailbox('a@b@example.org')).toMatchObject({ localPart: 'a@b', domain: 'example.org' })
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (typed) => {
      expect(typedMailbox(typed).domainForms.length).toBeGreaterThan(0)
    }),
  )
})
