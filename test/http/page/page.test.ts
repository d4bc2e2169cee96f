import { expect, it } from 'vitest'
import en from '../../../views/messages/en.json' with { type: 'json' }
import { startService, type TestService } from '../../kit/service.js'
import { ACCOUNT_FORM, MAILBOX_FORM, NEW_PASSWORD } from '../../kit/submissions.js'
import { expectValid } from '../../kit/valid-html.js'
import { totp } from '../../panel-simulator/commands/totp.js'

function submit(service: TestService, form: object | string, headers: Record<string, string> = {}) {
  return service.http.post('/').set(headers).type('form').send(form)
}

/** The value of an attribute of the input with this name. */
function attributeOf(html: string, name: string, attribute: string): string | undefined {
  const input = new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html)?.[0] ?? ''
  return new RegExp(` ${attribute}="([^"]*)"`).exec(input)?.[1]
}

it('the form is valid HTML, names its fields for password managers and shows the rules', async () => {
  const service = await startService()
  const response = await service.http.get('/')
  expect(response.status).toBe(200)
  expect(response.type).toBe('text/html')
  await expectValid(response.text)
  const autocomplete = (name: string) => attributeOf(response.text, name, 'autocomplete')
  expect(autocomplete('email')).toBe('username')
  expect(autocomplete('current_password')).toBe('current-password')
  expect(autocomplete('username')).toBe('section-account username')
  expect(autocomplete('account_password')).toBe('section-account current-password')
  expect(autocomplete('code')).toBeUndefined()
  expect(autocomplete('new_password')).toBe('new-password')
  expect(autocomplete('confirm_password')).toBe('new-password')
  expect(response.text).toContain('At least 12 characters')
  // The script's own texts have placeholders.
  expect(response.text.replace(/ data-(?:words|policy)="[^"]*"/g, '')).not.toMatch(/[{}]|undefined/)
  expect(response.text).not.toMatch(
    /<script(?! type="module" src="[^"]+"><\/script>)|<style| style=| on[a-z]+=/,
  )
  expect(service.commands()).toEqual([])
})

it('the form is filled with the address that webmail gives, escaped', async () => {
  const service = await startService()
  const { text } = await service.http.get('/').query({ email: 'info@example.org"><script>' })
  expect(attributeOf(text, 'email', 'value')).toBe('info@example.org&quot;&gt;&lt;script&gt;')
  await expectValid(text)
  for (const query of ['email=a&email=b', 'email[]=a', 'email=', `email=${'x'.repeat(400)}`]) {
    const response = await service.http.get('/').query(query)
    expect(attributeOf(response.text, 'email', 'value')).toBe('')
  }
})

/** The heading without its markup. */
function headingOf(html: string): string {
  return (/<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? '').replace(/<[^>]+>/g, '')
}

it('the form names the mailbox that webmail gives, and has a way to another one', async () => {
  const service = await startService()
  const { text } = await service.http.get('/?lang=en').query({ email: ' Info@Example.ORG' })
  expect(headingOf(text)).toBe('Change the password of info@example.org')
  expect(text).toContain('<bdi>info@example.org</bdi>')
  expect(text).not.toContain('id="email"')
  // Password managers save the new password with it.
  expect(attributeOf(text, 'email', 'value')).toBe('info@example.org')
  expect(attributeOf(text, 'email', 'autocomplete')).toBe('username')
  expect(text).toContain('<a href="/?lang=en">Another mailbox</a>')
  await expectValid(text)
  const title = /<title>(.*?)<\/title>/.exec(text)?.[1]
  expect(title).toBe('Change a mailbox password')
})

it('the form names a mailbox in the letters of its domain, and takes it back', async () => {
  const service = await startService()
  const { text } = await service.http.get('/?lang=en').query({ email: 'kontakt@xn--bcher-kva.example' })
  expect(headingOf(text)).toBe('Change the password of kontakt@bücher.example')
  const form = { ...MAILBOX_FORM, given: 'by-link', current_password: 'kontakt mail pw' }
  const response = await submit(service, { ...form, email: attributeOf(text, 'email', 'value') })
  expect(response.status).toBe(200)
})

it.each([
  ['what is no address', { email: 'info' }],
  ['what is more than an address', { email: 'call 555-0100 now@example.org' }],
  ['nothing', {}],
])('the form names no mailbox where a link gives %s', async (_what, query) => {
  const service = await startService()
  const { text } = await service.http.get('/?lang=en').query(query)
  expect(headingOf(text)).toBe('Change a mailbox password')
  expect(text).toContain('id="email"')
  expect(text).not.toContain('name="given"')
})

it('the form’s answer names the mailbox that webmail gave until it turns out to be wrong', async () => {
  const service = await startService()
  const given = { ...ACCOUNT_FORM, given: 'by-link' }
  const wrongPassword = await submit(service, { ...given, account_password: 'wrong' })
  expect(headingOf(wrongPassword.text)).toContain('info@example.org')
  expect(wrongPassword.text).toContain('name="given"')
  const wrongMailbox = await submit(service, { ...given, email: 'nobody@example.org' })
  expect(wrongMailbox.status).toBe(404)
  expect(headingOf(wrongMailbox.text)).not.toContain('nobody')
  expect(wrongMailbox.text).not.toContain('name="given"')
  expect(attributeOf(wrongMailbox.text, 'email', 'aria-invalid')).toBe('true')
})

it.each([
  ['mailbox', 'current_password', 'account_password'],
  ['account', 'account_password', 'current_password'],
])('the form shows no choice where %s is the only way', async (proof, shown, hidden) => {
  const service = await startService({ environment: { REKEY_PROOFS: proof } })
  const { text } = await service.http.get('/')
  expect(text).toContain(`name="${shown}"`)
  expect(text).not.toContain(`name="${hidden}"`)
  expect(text).not.toContain('type="checkbox"')
  await expectValid(text)
  const form = { ...MAILBOX_FORM, ...ACCOUNT_FORM, proof: '' }
  expect((await submit(service, form)).status).toBe(200)
})

it.each([
  ['mailbox', MAILBOX_FORM],
  ['account', ACCOUNT_FORM],
])('the form’s answer to a change by %s says that it was made', async (_proof, form) => {
  const service = await startService()
  const response = await submit(service, form)
  expect(response.status).toBe(200)
  expect(response.text).toMatch(/<h1[^>]*>The password was changed<\/h1>/)
  await expectValid(response.text)
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.attempts()[0]).toMatchObject({ code: 'changed', proof: form.proof })
})

it('the form’s answer takes a code with a space in it, as apps show it', async () => {
  const service = await startService()
  const code = totp('JBSWY3DPEHPK3PXP', Date.now()).replace(/^(...)/, '$1 ')
  const form = {
    ...ACCOUNT_FORM,
    email: 'dave@dave.example',
    username: ' dave ',
    account_password: 'dave panel pw',
    code,
  }
  expect((await submit(service, form)).status).toBe(200)
})

it('the form’s answer to an empty form names every fault at its field and in the summary', async () => {
  const service = await startService()
  const response = await submit(service, {})
  expect(response.status).toBe(400)
  await expectValid(response.text)
  for (const name of ['email', 'current_password', 'new_password']) {
    expect(attributeOf(response.text, name, 'aria-invalid')).toBe('true')
    expect(attributeOf(response.text, name, 'aria-describedby')).toMatch(
      new RegExp(`^${name}-errors( rules)?$`),
    )
    expect(response.text).toContain(`<a href="#${name}">`)
  }
  expect(attributeOf(response.text, 'username', 'aria-invalid')).toBeUndefined()
  expect(response.text).toContain('role="alert"')
})

it('the form’s answer keeps what was typed, except secrets', async () => {
  const service = await startService()
  const form = {
    ...ACCOUNT_FORM,
    account_password: 'typed-secret-1',
    code: '123456',
    new_password: 'typed-secret-2 x',
  }
  const response = await submit(service, form)
  expect(response.status).toBe(400)
  expect(attributeOf(response.text, 'email', 'value')).toBe('info@example.org')
  expect(attributeOf(response.text, 'username', 'value')).toBe('alice')
  expect(response.text).toMatch(/id="instead"[^>]* checked/)
  expect(response.text).not.toMatch(/typed-secret|123456/)
  expect(attributeOf(response.text, 'confirm_password', 'aria-invalid')).toBe('true')
})

it('the form’s answer says what is wrong once, at the field, and the summary leads there', async () => {
  const service = await startService()
  const { text } = await submit(service, { ...MAILBOX_FORM, current_password: 'wrong' })
  const { title, detail } = en.answer['invalid-credentials']
  const summary = /<div class="summary".*?<\/div>/s.exec(text)?.[0] ?? ''
  expect(summary).toContain(title)
  expect(summary).toContain('<a href="#current_password">Current password</a>')
  expect(summary).not.toContain(detail)
  expect(text.replace(/<template.*<\/template>/s, '').split(detail)).toHaveLength(2)
})

it('the new password is typed twice only where a browser has no scripts', async () => {
  const service = await startService()
  const { text } = await service.http.get('/')
  expect(/<noscript>(.*?)<\/noscript>/s.exec(text)?.[1]).toContain('name="confirm_password"')
  const { confirm_password: _again, ...once } = MAILBOX_FORM
  expect((await submit(service, { ...once, confirm_password: '' })).status).toBe(400)
  expect((await submit(service, once)).status).toBe(200)
})

it.each([
  ['wrong credentials', { ...MAILBOX_FORM, current_password: 'wrong' }, 403, 'current_password'],
  ['a wrong account', { ...ACCOUNT_FORM, account_password: 'wrong' }, 403, 'account_password'],
  [
    'a bad password',
    { ...MAILBOX_FORM, new_password: 'info', confirm_password: 'info' },
    422,
    'new_password',
  ],
  ['an unknown mailbox', { ...ACCOUNT_FORM, email: 'nobody@example.org' }, 404, 'email'],
  [
    'a missing code',
    { ...ACCOUNT_FORM, email: 'dave@dave.example', username: 'dave', account_password: 'dave panel pw' },
    403,
    'code',
  ],
  ['a bad address', { ...MAILBOX_FORM, email: 'info' }, 400, 'email'],
  ['a bad code', { ...ACCOUNT_FORM, code: 'abc' }, 400, 'code'],
])('the form’s answer to %s names the field', async (_what, form, status, field) => {
  const service = await startService()
  const response = await submit(service, form)
  expect(response.status).toBe(status)
  expect(attributeOf(response.text, field, 'aria-invalid')).toBe('true')
  expect(response.text).toContain(`<a href="#${field}">`)
  await expectValid(response.text)
})

it('the form’s answer to a panel that is away says so, and when to try again', async () => {
  const service = await startService()
  await service.panel.close()
  const response = await submit(service, MAILBOX_FORM)
  expect(response.status).toBe(503)
  expect(response.get('retry-after')).toBe('30')
  expect(response.text).toContain('The server can’t be reached right now')
  expect(response.text).toContain(String(service.attempts()[0]?.requestId))
  await expectValid(response.text)
})

it('the form’s answer to what is no form is a page too', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '2/1h' } })
  const large = await submit(service, `email=${'x'.repeat(9000)}`)
  expect(large.status).toBe(413)
  await expectValid(large.text)
  await submit(service, {})
  const limited = await submit(service, MAILBOX_FORM)
  expect(limited.status).toBe(429)
  await expectValid(limited.text)
  const missing = await service.http.get('/nothing')
  expect(missing.status).toBe(404)
  await expectValid(missing.text)
})

const host = { host: 'mail.example.org' }
it.each([
  ['cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['from a neighbour', { 'sec-fetch-site': 'same-site', origin: 'http://mail.example.org' }],
  ['by its origin', { origin: 'https://evil.example' }],
  ['by another port', { origin: 'http://mail.example.org:81' }],
  ['by the port of another scheme', { host: 'mail.example.org:443', origin: 'http://mail.example.org' }],
  ['to no host at all', { host: 'mail example', origin: 'http://mail.example.org' }],
  ['from nowhere', { origin: 'null' }],
])('a form post that another site’s page sends is refused: %s', async (_what, headers) => {
  const service = await startService({ environment: { REKEY_LIMIT_ADDRESS: '1/1h' } })
  const response = await submit(service, MAILBOX_FORM, { ...host, ...headers })
  expect(response.status).toBe(403)
  expect(response.text).toContain('This request came from another site')
  expect(service.commands()).toEqual([])
  expect(service.attempts()[0]).toMatchObject({ code: 'cross-site-request' })
  expect((await submit(service, MAILBOX_FORM)).status).toBe(200)
  const json = service.http.post('/api/v1/password-changes').set({ ...host, ...headers })
  expect((await json.send({})).body.code).toBe('cross-site-request')
})

it.each([
  ['the form itself', { 'sec-fetch-site': 'same-origin', origin: 'http://other.example' }],
  ['a bookmark', { 'sec-fetch-site': 'none' }],
  ['an older browser', { origin: 'http://mail.example.org' }],
  ['an older browser at a host in capitals', { host: 'Mail.Example.org', origin: 'http://mail.example.org' }],
  [
    'an older browser at the default port',
    { host: 'mail.example.org:443', origin: 'https://mail.example.org' },
  ],
  ['an older browser at http’s port', { host: 'mail.example.org:80', origin: 'http://mail.example.org' }],
  [
    'an older browser at another port',
    { host: 'mail.example.org:8443', origin: 'https://mail.example.org:8443' },
  ],
  ['another program', {}],
])('a form post that another site’s page sends is not one from %s', async (_what, headers) => {
  const service = await startService()
  expect((await submit(service, MAILBOX_FORM, { ...host, ...headers })).status).toBe(200)
})

it('every answer carries a strict policy, is not kept and sets no cookie', async () => {
  const service = await startService()
  const answers = await Promise.all([
    service.http.get('/'),
    service.http.get('/nothing'),
    service.http.get('/healthz'),
    submit(service, {}),
    service.http.post('/api/v1/password-changes').send({}),
  ])
  for (const { headers } of answers) {
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';worker-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    )
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers['x-powered-by']).toBeUndefined()
  }
})

it('every answer that is a style or an icon is found, and asked for again at each use', async () => {
  const service = await startService()
  const { text } = await service.http.get('/')
  const links = [...text.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '')
  expect(links).toHaveLength(2)
  for (const link of links) {
    const response = await service.http.get(link)
    expect(response.status).toBe(200)
    expect(response.get('cache-control')).toBe('no-cache')
  }
})

it('a page is compressed if nothing was submitted, since an answer may hold a secret', async () => {
  const service = await startService()
  const gzip = { 'accept-encoding': 'gzip' }
  const form = await service.http.get('/').set(gzip)
  expect(form.get('content-encoding')).toBe('gzip')
  expect(form.get('vary')).toContain('Accept-Encoding')
  expect(form.text).toMatch(/<form/)
  const plain = await service.http.get('/').set('accept-encoding', 'identity')
  expect(plain.get('content-encoding')).toBeUndefined()
  expect(plain.text).toBe(form.text)
  const answer = await submit(service, MAILBOX_FORM, gzip)
  expect(answer.status).toBe(200)
  expect(answer.get('content-encoding')).toBeUndefined()
})

it('the well-known path leads to the form, at the root and under the base path', async () => {
  const service = await startService({ environment: { REKEY_BASE_PATH: '/password' } })
  for (const path of ['/.well-known/change-password', '/password/.well-known/change-password']) {
    const response = await service.http.get(path)
    expect(response.status).toBe(303)
    expect(response.get('location')).toBe('/password/')
  }
})

it('a base path holds everything, and nothing is outside it', async () => {
  const service = await startService({ environment: { REKEY_BASE_PATH: '/mail/password/' } })
  await service.app.watch()
  const form = await service.http.get('/mail/password/')
  expect(form.status).toBe(200)
  expect(form.text).toContain('action="/mail/password/?lang=en"')
  expect(form.text).toContain('href="/mail/password/assets/style.css"')
  for (const path of ['', '/healthz', '/readyz', '/api/v1/password-policy', '/assets/style.css']) {
    expect((await service.http.get(`/mail/password${path}`)).status, path).toBe(200)
    expect((await service.http.get(path || '/')).status, path).toBe(404)
  }
  expect((await service.http.post('/mail/password/').type('form').send(MAILBOX_FORM)).status).toBe(200)
})
