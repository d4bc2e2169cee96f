import { expect, it } from 'vitest'
import en from '../../../views/messages/en.json' with { type: 'json' }
import {
  byLink,
  makeLink,
  OWNER_FORM,
  PUBLIC_URL,
  RECOVER_FORM,
  recoveryService,
} from '../../kit/recovery.js'
import { startService, type TestService } from '../../kit/service.js'
import { ACCOUNT_FORM, gist, post } from '../../kit/submissions.js'
import { expectValid } from '../../kit/valid-html.js'

const DAVE = { email: 'dave@dave.example', username: 'dave', account_password: 'dave panel pw' }

const start = (environment?: Record<string, string>) => startService(recoveryService(environment))

function submit(service: TestService, form: object = OWNER_FORM, path = '/link', lang = 'en') {
  return service.http.post(path).query({ lang }).type('form').send(form)
}

function inputOf(html: string, name: string): string {
  return new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html)?.[0] ?? ''
}

function linkIn(html: string): string {
  return /<input id="made-link"[^>]* value="([^"]*)"/.exec(html)?.[1] ?? ''
}

it('the page of owners is a form for a mailbox and its hosting account, without a new password', async () => {
  const service = await start()
  const { status, text } = await service.http.get('/link?lang=en&email=info@example.org')
  expect(status).toBe(200)
  await expectValid(text)
  expect([...text.matchAll(/<input[^>]* name="([^"]+)"/g)].map(([, name]) => name)).toEqual([
    'email',
    'username',
    'account_password',
  ])
  expect(inputOf(text, 'email')).toContain('value="info@example.org"')
  expect(text).toContain('href="/link?lang=de&amp;email=info%40example.org"')
  expect(service.commands()).toEqual([])
})

it('an owner makes a link, which the page shows with whom it is for and until when it works', async () => {
  const service = await start()
  const { status, text, headers } = await submit(service)
  expect(status).toBe(201)
  expect(headers['cache-control']).toBe('no-store')
  await expectValid(text)
  expect(text).toContain('Anyone who opens this link can set the password of <bdi>info@example.org</bdi>.')
  expect(text).toMatch(/until \w+ \d+, 20\d\d at \d+:\d\d.[AP]M [A-Z]+[+\d]* \(in 24 hours\)/)
  expect(text).toMatch(/<svg class="qr" role="img" aria-label="[^"]+"/)
  const link = linkIn(text)
  expect(link.startsWith(`${PUBLIC_URL}recover#rk1.`)).toBe(true)
  expect(gist(await post(service, byLink(link)))).toBe('200 changed')
})

it('a made link is in the page’s field alone', async () => {
  const service = await start({ REKEY_LOG_LEVEL: 'debug' })
  const { text, headers } = await submit(service)
  const secret = linkIn(text).split('#')[1] ?? ''
  expect(text.split(secret)).toHaveLength(2)
  for (const part of secret.split('.').slice(1)) {
    expect(JSON.stringify(headers)).not.toContain(part)
    expect(service.logText()).not.toContain(part)
  }
})

it('an owner ends all links', async () => {
  const service = await start()
  const url = await makeLink(service)
  const { status, text } = await submit(service, OWNER_FORM, '/link/end')
  expect(status).toBe(200)
  await expectValid(text)
  expect(text).toContain(en.answer['recovery-links-ended'].detail)
  expect(gist(await post(service, byLink(url)))).toBe('403 recovery-invalid')
})

it.each([
  ['a wrong password', { account_password: 'wrong' }, 403, 'account_password'],
  ['an unknown mailbox', { email: 'nobody@example.org' }, 404, 'email'],
  ['a bad address', { email: 'info' }, 400, 'email'],
  ['nothing typed', { email: '', username: '', account_password: '' }, 400, 'username'],
  ['a missing code', DAVE, 403, 'code'],
])(
  'the page of owners names the field after %s, and keeps what is no secret',
  async (_what, more, status, field) => {
    const service = await start()
    const form = { ...OWNER_FORM, ...more }
    const response = await submit(service, form)
    expect(response.status).toBe(status)
    await expectValid(response.text)
    expect(inputOf(response.text, field)).toContain('aria-invalid="true"')
    expect(response.text).toContain(`<a href="#${field}">`)
    expect(inputOf(response.text, 'email')).toContain(`value="${form.email}"`)
    expect(response.text).not.toContain('panel pw')
  },
)

it('the button that ends all links is folded away, unless pressing it failed', async () => {
  const service = await start()
  const folded = await service.http.get('/link')
  expect(folded.text).toMatch(/<details class="ending">.*formaction="\/link\/end\?lang=en"/s)
  const asked = await submit(service, { ...OWNER_FORM, ...DAVE }, '/link/end')
  expect(asked.text).toMatch(/<main data-answer="code-required">.*<details class="ending" open>/s)
})

it('the page of owners has the puzzle when the account’s limit is reached', async () => {
  const service = await start({ REKEY_LIMIT_TARGET: '1/1h' })
  await submit(service, { ...OWNER_FORM, account_password: 'wrong' })
  const { status, text } = await submit(service)
  expect(status).toBe(429)
  await expectValid(text)
  expect(text).toContain('id="puzzle"')
})

it('the form to change a password has a button for a link, after the one that Enter presses', async () => {
  const service = await start()
  const { text } = await service.http.get('/?lang=de')
  const [first = '', second = ''] = text.match(/<button type="submit"[^>]*>/g) ?? []
  expect(first).not.toContain('formaction')
  expect(second).toContain('formaction="/link?lang=de"')
  // The form keeps what was typed, and needs no new password.
  const { new_password: _new, confirm_password: _again, ...typed } = ACCOUNT_FORM
  const empty = { current_password: '', new_password: '', confirm_password: '' }
  expect((await submit(service, { ...typed, ...empty })).status).toBe(201)
})

it.each([
  ['nobody can recover a password', () => startService()],
  ['accounts prove nothing', () => start({ REKEY_PROOFS: 'mailbox' })],
])('there is no page of owners, and nothing leads there, if %s', async (_what, begin) => {
  const service = await begin()
  expect((await service.http.get('/link')).status).toBe(404)
  expect((await submit(service)).status).toBe(404)
  expect((await submit(service, OWNER_FORM, '/link/end')).status).toBe(404)
  expect((await service.http.get('/')).text).not.toContain('/link')
})

it('a page of owners that another site sends makes no link', async () => {
  const service = await start()
  const response = await submit(service).set('sec-fetch-site', 'cross-site')
  expect(response.status).toBe(403)
  expect(response.text).toContain('<a href="/link?lang=en">')
  expect(service.commands()).toEqual([])
  const redeemed = service.http.post('/recover').set('sec-fetch-site', 'cross-site').type('form')
  expect((await redeemed.send(RECOVER_FORM)).status).toBe(403)
})
