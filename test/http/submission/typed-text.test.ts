import type { Response } from 'supertest'
import { expect, it } from 'vitest'
import { startService, type TestService } from '../../kit/service.js'
import { byAccount, byMailbox, formOf, gist, post } from '../../kit/submissions.js'
import { totp } from '../../panel-simulator/commands/totp.js'

const PLUS = 'A mailbox address can’t contain “+”. Check the address.'

/** A change of dave's, whose account has two-factor authentication. */
function byDave(code: string, username = 'dave'): Record<string, unknown> {
  return byAccount({ username, password: 'dave panel pw', code }, { email: 'dave@dave.example' })
}

/** The same change as JSON and with the page's form. */
const faces: [string, (service: TestService, body: Record<string, unknown>) => Promise<Response>][] = [
  ['JSON', (service, body) => post(service, body)],
  ['the page', (service, body) => service.http.post('/').type('form').send(formOf(body)).then()],
]

const codeNow = () => totp('JBSWY3DPEHPK3PXP', Date.now())

it.each(faces)('what people type is read as they meant it by %s: a one-time code', async (_face, send) => {
  const service = await startService()
  const ways = [
    (code: string) => code.replace(/^(...)/, '$1-'),
    (code: string) => ` ${code.replace(/^(...)/, '$1\u00a0')}\u200e`,
    (code: string) => code.replaceAll(/\d/g, (digit) => '٠١٢٣٤٥٦٧٨٩'.charAt(Number(digit))),
    (code: string) => code.replaceAll(/\d/g, (digit) => '０１２３４５６７８９'.charAt(Number(digit))),
  ]
  for (const typed of ways) expect((await send(service, byDave(typed(codeNow())))).status).toBe(200)
  for (const wrong of ['634 71', '634 7100', 'abcdef', '634/71a']) {
    expect((await send(service, byDave(wrong))).status).toBe(400)
  }
})

it.each(faces)(
  'what people type is read as they meant it by %s: no code in a blank one',
  async (_face, send) => {
    const service = await startService()
    for (const blank of ['', ' ', '\u200b']) {
      expect((await send(service, byDave(blank))).status).toBe(403)
      expect(service.attempts().at(-1)).toMatchObject({ code: 'code-required' })
    }
  },
)

it.each(faces)(
  'what people type is read as they meant it by %s: a hosting account’s name',
  async (_face, send) => {
    const service = await startService()
    expect(await send(service, byDave(codeNow(), ' ｄave\u200b '))).toMatchObject({ status: 200 })
    expect((await send(service, byDave(codeNow(), ' '))).status).toBe(400)
    expect(service.attempts().at(-1)).toMatchObject({ faults: ['/account/username required'] })
  },
)

it.each(faces)('what people type is read as they meant it by %s: an address', async (_face, send) => {
  const service = await startService()
  const email = 'Info <mailto:info＠example．org\u200b>;'
  const response = await send(service, byMailbox({ email }))
  expect(response.status).toBe(200)
  expect(service.attempts().at(-1)).toMatchObject({ code: 'changed', mailbox: 'info@example.org' })
})

it('what people type is shown as it was read: the user name for mail programs', async () => {
  const service = await startService({ environment: { REKEY_SHOWN_IMAP: 'imap.example.org:993' } })
  const form = formOf(byMailbox({ email: 'Info＠example.org.' }))
  const { text } = await service.http.post('/').type('form').send(form)
  expect(text).toContain('info@example.org')
  expect(text).not.toContain('＠')
})

it('an address that can’t be a mailbox’s is told the character that it can’t have, on every way', async () => {
  const service = await startService()
  const body = byMailbox({ email: 'info+tag@example.org' })
  const json = await post(service, body)
  expect(gist(json)).toBe('400 invalid-request')
  expect(json.body.errors).toEqual([{ pointer: '/email', message: PLUS }])
  expect(service.attempts()[0]).toMatchObject({ faults: ['/email character-not-allowed'] })
  expect((await service.http.post('/').type('form').send(formOf(body))).text).toContain(PLUS)
  const webmail = { email: 'info+tag@example.org', password: 'info mail pw', new: 'a wholly new secret' }
  const text = await service.http.post('/reset/mail/').type('form').send(webmail)
  expect(text.text).toContain(`email: ${PLUS}`)
})

it('an address that can’t be a mailbox’s does no harm in the page by its character', async () => {
  const service = await startService()
  const form = formOf(byMailbox({ email: 'in<fo@example.org' }))
  const { text } = await service.http.post('/').type('form').send(form)
  expect(text).toContain('can’t contain “&lt;”')
  const money = await post(service, byMailbox({ email: 'in$&fo@example.org' }))
  expect(money.body.errors[0].message).toContain('“$”')
})
