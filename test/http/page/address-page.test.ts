import { expect, it } from 'vitest'
import en from '../../../views/messages/en.json' with { type: 'json' }
import { ADDRESS_FORM, addressService, confirmationFor, recoveryService } from '../../kit/recovery.js'
import { startService, type TestService } from '../../kit/service.js'
import { startSmtpServer } from '../../kit/smtp-server.js'
import { ACCOUNT_FORM, MAILBOX_FORM } from '../../kit/submissions.js'
import { expectValid } from '../../kit/valid-html.js'

const SET = '/recovery-address'
const CONFIRM = '/recovery-address/confirm'
const REMOVE = '/recovery-address/remove'

async function start(environment: Record<string, string> = {}): Promise<TestService> {
  const smtp = await startSmtpServer({ disabledCommands: ['STARTTLS'] })
  return await startService(addressService(smtp.port, environment))
}

const submit = (service: TestService, path: string, form: object) =>
  service.http.post(path).query({ lang: 'en' }).type('form').send(form)

function inputOf(html: string, name: string): string {
  return new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html)?.[0] ?? ''
}

/** Confirms a recovery address for info@example.org. */
async function enrol(service: TestService): Promise<void> {
  const { status } = await submit(service, CONFIRM, { recovery: await confirmationFor(service) })
  expect(status).toBe(200)
}

it('the page that sets a recovery address asks for the mailbox, its password and the address', async () => {
  const service = await start()
  const { status, text } = await service.http.get(`${SET}?lang=en&email=info@example.org`)
  expect(status).toBe(200)
  await expectValid(text)
  expect(inputOf(text, 'email')).toContain('value="info@example.org"')
  expect(inputOf(text, 'current_password')).toMatch(
    /type="password" value="" autocomplete="current-password"/,
  )
  expect(inputOf(text, 'recovery_address')).toMatch(/type="email" value="" autocomplete="email"/)
  expect(text).toContain('href="/recovery-address?lang=de&amp;email=info%40example.org"')
  expect(service.commands()).toEqual([])
})

it('an address that is set is answered by where to look for the link', async () => {
  const service = await start()
  const { status, text } = await submit(service, SET, ADDRESS_FORM)
  expect(status).toBe(202)
  await expectValid(text)
  expect(text).toContain(en.answer['recovery-address-sent'].detail)
  expect(text).not.toContain('jane')
  expect(service.attempts()).toMatchObject([{ code: 'recovery-address-sent', proof: 'mailbox' }])
})

it('the form names every fault at its field, keeps what was typed, and never the password', async () => {
  const service = await start()
  const { status, text } = await submit(service, SET, { email: 'info', recovery_address: 'jane' })
  expect(status).toBe(400)
  await expectValid(text)
  for (const name of ['email', 'current_password', 'recovery_address']) {
    expect(inputOf(text, name), name).toContain('aria-invalid="true"')
    expect(text).toContain(`<a href="#${name}">`)
  }
  expect(inputOf(text, 'recovery_address')).toContain('value="jane"')
  const wrong = await submit(service, SET, { ...ADDRESS_FORM, current_password: 'a wrong one' })
  expect(wrong.status).toBe(403)
  expect(inputOf(wrong.text, 'current_password')).toMatch(/value="".* aria-invalid="true"/)
  expect(wrong.text).not.toContain('a wrong one')
})

it('an address inside the mailbox is told at its field', async () => {
  const service = await start()
  const { text } = await submit(service, SET, { ...ADDRESS_FORM, recovery_address: 'info@example.org' })
  expect(inputOf(text, 'recovery_address')).toContain('aria-invalid="true"')
  expect(text).toContain(en.field['inside-mailbox'])
})

it('a puzzle stands above the form when a mailbox was guessed at too often', async () => {
  const service = await start({ REKEY_LIMIT_TARGET: '1/1h' })
  await submit(service, SET, { ...ADDRESS_FORM, current_password: 'wrong' })
  const { status, text } = await submit(service, SET, ADDRESS_FORM)
  expect(status).toBe(429)
  await expectValid(text)
  expect(text).toContain('data-challenge')
})

it('the page that confirms an address has a field for the link, and to ask for it uses nothing up', async () => {
  const service = await start()
  const recovery = await confirmationFor(service)
  for (const method of ['get', 'head'] as const) {
    expect((await service.http[method](`${CONFIRM}?${recovery}`)).status).toBe(200)
  }
  const { text } = await service.http.get(`${CONFIRM}?lang=en`)
  await expectValid(text)
  expect(inputOf(text, 'recovery')).toMatch(/type="text" value="" autocomplete="off"/)
  expect(inputOf(text, 'email')).toContain(' readonly ')
  expect(text).toContain('href="/recovery-address/confirm?lang=de"')
  const confirmed = await submit(service, CONFIRM, { recovery: `<https://mail.example.com/x#${recovery}>` })
  expect(confirmed.status).toBe(200)
  await expectValid(confirmed.text)
  expect(confirmed.text).toContain('<bdi>info@example.org</bdi>')
  expect(confirmed.text).not.toContain('jane')
})

it('a link that confirms nothing leaves an empty field, and the page leads to a new one', async () => {
  const service = await start()
  const { status, text } = await submit(service, CONFIRM, { recovery: 'rk1.forged.link' })
  expect(status).toBe(403)
  await expectValid(text)
  expect(inputOf(text, 'recovery')).toMatch(/value="".* aria-invalid="true"/)
  expect(text).toContain(`<a href="/recovery-address?lang=en">${en.recoveryAddress.newLink}</a>`)
})

it('after a change with the mailbox’s password the page shows the address masked, and removes it', async () => {
  const service = await start()
  await enrol(service)
  const { text } = await submit(service, '/', MAILBOX_FORM)
  await expectValid(text)
  expect(text).toContain('<bdi dir="ltr">j…@e….net</bdi>')
  expect(text).toContain(en.recoveryAddress.ended)
  expect(text).not.toContain('jane')
  const [, removal = ''] = /name="removal" value="([^"]+)"/.exec(text) ?? []
  expect(text.replace(removal, '')).not.toContain(removal)
  const removed = await submit(service, REMOVE, { removal })
  expect(removed.status).toBe(200)
  await expectValid(removed.text)
  expect(removed.text).toContain(en.answer['recovery-address-removed'].title)
  const forged = await submit(service, REMOVE, { removal: 'forged' })
  expect(forged.status).toBe(403)
  await expectValid(forged.text)
})

it('after a change with the mailbox’s password the page offers to set an address, if there is none', async () => {
  const service = await start()
  const { text } = await submit(service, '/', MAILBOX_FORM)
  await expectValid(text)
  expect(text).toContain(en.recoveryAddress.offer)
  expect(text).toContain('href="/recovery-address?lang=en&amp;email=info%40example.org"')
})

it('a change by the hosting account shows nothing of an address, and offers none', async () => {
  const service = await start()
  await enrol(service)
  const { text } = await submit(service, '/', ACCOUNT_FORM)
  expect(text).toContain('<main data-answer="changed">')
  expect(text).not.toMatch(/e….net|recovery-address/)
})

it('the form to change a password leads to the one that sets an address', async () => {
  const service = await start()
  const { text } = await service.http.get('/?lang=en&email=info@example.org')
  expect(text).toContain('href="/recovery-address?lang=en&amp;email=info%40example.org"')
})

it('there are no such pages without recovery addresses, and no page leads to them', async () => {
  const service = await startService(recoveryService())
  for (const path of [SET, CONFIRM]) expect((await service.http.get(path)).status).toBe(404)
  for (const path of [SET, CONFIRM, REMOVE]) expect((await submit(service, path, {})).status).toBe(404)
  for (const { text } of [await service.http.get('/'), await submit(service, '/', MAILBOX_FORM)]) {
    expect(text).not.toContain('recovery-address')
  }
})

it('what another site sends sets, confirms and removes nothing', async () => {
  const service = await start()
  const recovery = await confirmationFor(service)
  const forms = { [SET]: ADDRESS_FORM, [CONFIRM]: { recovery }, [REMOVE]: { removal: 'x' } }
  for (const [path, form] of Object.entries(forms)) {
    const { status } = await submit(service, path, form).set('sec-fetch-site', 'cross-site')
    expect(status).toBe(403)
  }
  expect(service.commands()).toEqual([])
})
