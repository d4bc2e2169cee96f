import { expect, it } from 'vitest'
import type { Mail } from '../../src/core/recovery/mail-port.js'
import { Secret } from '../../src/lib/secret.js'
import { composeMail } from '../../src/notification/compose.js'
import english from '../../views/messages/en.json' with { type: 'json' }

const words = english.mail
const time = new Date(1_764_000_000_000)
const frame = { language: 'en', time, contact: undefined }
const about = {
  to: 'to@example.net',
  language: 'en',
  mailbox: 'info@example.org',
  clientAddress: '2001:db8::7',
}
const changed: Mail = { ...about, kind: 'changed' }
const withLink = { url: new Secret('https://mail.example.com/recover#rk1.x.y'), expiresMs: 1_764_003_600_000 }

/** One mail of each kind. */
const mails: readonly Mail[] = [
  changed,
  { ...about, kind: 'changed-for-owner', account: 'alice' },
  { ...about, kind: 'address-changed-for-owner', account: 'alice' },
  { ...about, kind: 'changed-for-address' },
  { ...about, kind: 'link-made', expiresMs: withLink.expiresMs },
  { ...about, kind: 'help-asked', url: withLink.url },
  { ...about, ...withLink, kind: 'recover' },
  { ...about, kind: 'recovery-ended' },
  { ...about, ...withLink, kind: 'confirm-address' },
  { ...about, kind: 'address-set', masked: 'a…@…net' },
  { ...about, kind: 'address-removed', masked: 'a…@…net' },
  { ...about, kind: 'address-replaced' },
]

it('a mail tells the time in the way of its language, with its zone', () => {
  for (const language of ['en', 'de', 'fa', 'ja']) {
    const { text } = composeMail(changed, words, { ...frame, language })
    const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' })
    const zone = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value
    expect(text).toContain(`changed on ${format.format(time)}, from the address 2001:db8::7.`)
    expect(zone).toBeTruthy()
  }
})

it('a mail is in the given words', () => {
  const german = {
    ...words,
    changed: { subject: '{mailbox}: geändert', text: 'Das Passwort von {mailbox} wurde geändert.' },
  }
  const { subject, text } = composeMail(changed, german, frame)
  expect(subject).toBe('info@example.org: geändert')
  expect(text).toContain('Das Passwort von info@example.org wurde geändert.')
})

it('a mail names whom to ask if there is somebody to be named', () => {
  expect(composeMail(changed, words, frame).text).not.toContain('For help')
  const { text } = composeMail(changed, words, { ...frame, contact: 'https://help.example/$&{mailbox}' })
  expect(text).toContain('https://help.example/$&{mailbox}\n')
})

it.each(mails.map((mail) => [mail.kind, mail] as const))(
  'every placeholder of the mail %s is filled',
  (_kind, mail) => {
    const { subject, text } = composeMail(mail, words, { ...frame, contact: 'help' })
    expect(subject + text).not.toMatch(/[{}]|undefined|NaN/)
    expect(subject + text).toContain('info@example.org')
    if ('url' in mail) expect(text).toMatch(/^https:\/\/mail\.example\.com\/recover#rk1\.x\.y$/m)
  },
)

it('there are words for each kind of mail, and for no other', () => {
  const { contact: _contact, automatic: _automatic, ...kinds } = words
  expect(mails.map(({ kind }) => kind).toSorted()).toEqual(Object.keys(kinds).toSorted())
})

it('each mail about what somebody did tells when, and from where', () => {
  const format = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'long' })
  for (const mail of mails) {
    if (mail.kind === 'confirm-address') continue
    const { text } = composeMail(mail, words, frame)
    expect(text).toContain(format.format(time))
    expect(text).toMatch(/from the (?:address 2001:db8::7|network 2001:db8:0::\/48)/)
  }
})

it('a mail about somebody unknown names their network, not their address', () => {
  for (const kind of ['help-asked', 'recover', 'recovery-ended'] as const) {
    const mail = mails.find((each) => each.kind === kind) ?? changed
    const { text } = composeMail(mail, words, frame)
    expect(text).not.toContain('2001:db8::7')
    expect(text).toContain('2001:db8:0::/48')
  }
})
