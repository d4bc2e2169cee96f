import { expect, it } from 'vitest'
import { composeNotification } from '../../src/notification/compose.js'
import english from '../../views/messages/en.json' with { type: 'json' }

const { mail } = english
const change = {
  mailbox: 'info@example.org',
  time: new Date(1_764_000_000_000),
  clientAddress: '2001:db8::7',
  contact: undefined,
}

it('the notification of a change tells the time in the way of the language, with its zone', () => {
  for (const language of ['en', 'de', 'fa', 'ja']) {
    const { text } = composeNotification(mail, language, change)
    const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'long' })
    const zone = format.formatToParts(change.time).find(({ type }) => type === 'timeZoneName')?.value
    expect(text).toContain(`changed on ${format.format(change.time)}, from the address 2001:db8::7.`)
    expect(zone).toBeTruthy()
  }
})

it('the notification of a change is in the given words', () => {
  const words = {
    ...mail,
    subject: '{mailbox}: geändert',
    changed: 'Das Passwort von {mailbox} wurde geändert.',
  }
  const { subject, text } = composeNotification(words, 'de', change)
  expect(subject).toBe('info@example.org: geändert')
  expect(text).toContain('Das Passwort von info@example.org wurde geändert.')
})

it('the notification of a change names whom to turn to, where there is somebody to be named', () => {
  expect(composeNotification(mail, 'en', change).text).not.toContain('Whom to ask')
  const { text } = composeNotification(mail, 'en', {
    ...change,
    contact: 'https://help.example/$&{mailbox}',
  })
  expect(text).toContain('https://help.example/$&{mailbox}\n')
})
