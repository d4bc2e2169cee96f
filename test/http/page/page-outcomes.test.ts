import { expect, it } from 'vitest'
import { doneView } from '../../../src/http/page/result-views.js'
import en from '../../../views/messages/en.json' with { type: 'json' }
import { startService, type TestService } from '../../kit/service.js'
import { ACCOUNT_FORM, MAILBOX_FORM } from '../../kit/submissions.js'
import { CHANGE } from '../../panel-simulator/commands/command-names.js'

const VALUE = 'v-get-mail-account-value'

const withCode = {
  ...ACCOUNT_FORM,
  email: 'dave@dave.example',
  username: 'dave',
  account_password: 'dave panel pw',
}

function submit(service: TestService, form: object) {
  return service.http.post('/?lang=en').type('form').send(form)
}

/** The texts of the page's list items, in order. */
function itemsOf(html: string, list: RegExp): string[] {
  const inside = list.exec(html)?.[1] ?? ''
  return [...inside.matchAll(/<li[^>]*>(.*?)<\/li>/gs)].map(([, item = '']) => item.trim())
}

/** The page's main part, without what is only for scripts. */
function mainOf(html: string): string {
  return (/<main.*<\/main>/s.exec(html)?.[0] ?? '').replace(/<template.*<\/template>/s, '')
}

const STEPS = /<ol class="steps">(.*?)<\/ol>/s

it('the field for a one-time code is not there before an account needs one', async () => {
  const service = await startService()
  expect((await service.http.get('/')).text).not.toContain('name="code"')
  const wrong = await submit(service, { ...ACCOUNT_FORM, account_password: 'wrong' })
  expect(wrong.text).not.toContain('name="code"')
  expect((await submit(service, ACCOUNT_FORM)).status).toBe(200)
})

it('the field for a one-time code appears when this one does, and stays as long as it is of use', async () => {
  const service = await startService()
  const asked = await submit(service, withCode)
  expect(asked.status).toBe(403)
  expect(asked.text).toMatch(/<main data-answer="code-required">/)
  expect(asked.text).toMatch(
    /<input[^>]* name="code"[^>]* autocomplete="one-time-code"[^>]* inputmode="numeric"/,
  )
  expect(asked.text).toContain('<a href="#code">')
  expect(asked.text).toMatch(/id="instead"[^>]* checked/)
  const wrong = await submit(service, { ...withCode, code: '000000' })
  expect(wrong.text).toContain('name="code"')
  expect(wrong.text).not.toContain('000000')
})

it('an answer after which nobody knows tells to try the new password first where the outcome is unknown', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'after-run' })
  service.panel.failNext(VALUE, { kind: 'exit', run: false, code: 3 }, 20)
  const { status, text } = await submit(service, ACCOUNT_FORM)
  expect(status).toBe(504)
  expect(text).toMatch(/<main data-answer="outcome-unknown">/)
  const { newFirst, thenOld, neither } = en.steps
  expect(itemsOf(text, STEPS)).toEqual([newFirst, thenOld, neither])
  expect(mainOf(text)).not.toMatch(/<form|not changed/)
  expect(mainOf(text)).toContain(String(service.attempts()[0]?.requestId))
})

it('an answer after which nobody knows tells to try the old one first where the change was not seen', async () => {
  const service = await startService()
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' })
  const { status, text } = await submit(service, MAILBOX_FORM)
  expect(status).toBe(504)
  expect(service.attempts()[0]).toMatchObject({ code: 'change-not-confirmed', reason: 'answer-lost' })
  const { oldFirst, thenNew, neither } = en.steps
  expect(itemsOf(text, STEPS)).toEqual([oldFirst, thenNew, neither])
  expect(mainOf(text)).toContain(en.answer['change-not-confirmed'].title)
  expect(mainOf(text)).not.toContain('Nothing was changed')
  expect(mainOf(text)).toContain(String(service.attempts()[0]?.requestId))
})

it('an answer after which nobody knows stands ready in the form for the browser whose answer never comes', async () => {
  const service = await startService()
  const { text } = await service.http.get('/?lang=en')
  const ready = /<template id="answer-lost">(.*?)<\/template>/s.exec(text)?.[1] ?? ''
  const { newFirst, thenOld, neither } = en.steps
  expect(itemsOf(ready, STEPS)).toEqual([newFirst, thenOld, neither])
  expect(ready).toContain(en.script.answerLost)
  expect(ready).not.toMatch(/not changed|Nothing was changed/)
})

it('the page after a change leads to the devices, back to the form, and holds no secret', async () => {
  const service = await startService()
  const { text } = await submit(service, MAILBOX_FORM)
  const { devices } = en
  for (const words of [devices.title, devices.computers, devices.phones, devices.others, devices.lockout]) {
    expect(mainOf(text)).toContain(words)
  }
  expect(mainOf(text)).toContain('href="/?lang=en"')
  expect(mainOf(text)).not.toContain(devices.settings)
  expect(text).not.toMatch(/info mail pw|a wholly new secret/)
})

it('the page after a change shows what to enter where the servers are configured', () => {
  const brand = {
    name: '',
    hasLogo: false,
    hasStylesheet: false,
    supportContact: '',
    supportUrl: '',
    extraText: '',
    webmailUrl: '',
    incoming: { host: 'imap.example.org', port: 993, security: 'tls' as const },
    outgoing: { host: 'smtp.example.org', port: 587, security: 'starttls' as const },
  }
  const messages = { ...en, direction: 'ltr' as const }
  const { servers, mailbox } = doneView(messages, 'info@example.org', brand)
  expect(mailbox).toBe('info@example.org')
  expect(servers).toEqual([
    { label: 'Incoming mail (IMAP)', host: 'imap.example.org', port: 993, security: 'SSL/TLS' },
    { label: 'Outgoing mail (SMTP)', host: 'smtp.example.org', port: 587, security: 'STARTTLS' },
  ])
  const outgoing = doneView(messages, '', { ...brand, incoming: null }).servers
  expect(outgoing.map(({ host }) => host)).toEqual(['smtp.example.org'])
})

/** The codes of the rules that the form shows, one entry per line. */
function linesOf(html: string): string[] {
  const list = /<ul id="rules">(.*?)<\/ul>/s.exec(html)?.[1] ?? ''
  return [...list.matchAll(/<li data-rule="([^"]+)"(?! class="rare")(?![^>]* hidden)/g)].map(
    ([, codes = '']) => codes,
  )
}

const BY_MAILBOX = 'same-as-current similar-to-current'

it('the rules in the form have a line each, and every code has its place', async () => {
  const service = await startService()
  const { text } = await service.http.get('/?lang=en')
  expect(linesOf(text)).toEqual([
    'too-short',
    'common too-weak',
    'contains-address',
    BY_MAILBOX,
    'same-as-account',
  ])
  const codes = [...text.matchAll(/data-rule="([^"]+)"/g)].flatMap(([, found = '']) => found.split(' '))
  const { body } = await service.http.get('/api/v1/password-policy')
  expect(codes.toSorted()).toEqual(body.rules.map(({ code }: { code: string }) => code).toSorted())
})

it('the rules in the form that an answer reports are left to the message at the field', async () => {
  const service = await startService()
  const { text } = await submit(service, { ...MAILBOX_FORM, new_password: 'info', confirm_password: 'info' })
  expect(linesOf(text)).toEqual([BY_MAILBOX, 'same-as-account'])
  const inMessages = itemsOf(text, /<ul class="errors" id="new_password-errors">(.*?)<\/ul>/s)
  expect(inMessages).toHaveLength(4)
})

it('the rules in the form name a current password only if it is known', async () => {
  const account = await startService({ environment: { REKEY_PROOFS: 'account' } })
  const byAccount = linesOf((await account.http.get('/')).text)
  expect(byAccount).not.toContain(BY_MAILBOX)
  expect(byAccount).toContain('same-as-account')
  const mailbox = await startService({ environment: { REKEY_PROOFS: 'mailbox' } })
  const byMailbox = linesOf((await mailbox.http.get('/')).text)
  expect(byMailbox).toContain(BY_MAILBOX)
  expect(byMailbox).not.toContain('same-as-account')
})

it.each(['mailbox', 'account'])('the form has no switch where %s is the only way', async (proof) => {
  const service = await startService({ environment: { REKEY_PROOFS: proof } })
  for (const html of [(await service.http.get('/')).text, (await submit(service, {})).text]) {
    expect(html).not.toContain('id="instead"')
    expect(html).not.toContain('class="instead"')
  }
})

it('the mailbox’s own password is the usual proof, and a switch that is off sends no other', async () => {
  const service = await startService({ environment: { REKEY_PROOFS: 'account,mailbox' } })
  const { text } = await service.http.get('/?lang=en')
  expect(text).toContain('<input type="checkbox" id="instead" name="proof" value="account">')
  const { proof: _off, ...form } = MAILBOX_FORM
  expect((await submit(service, form)).status).toBe(200)
  expect(service.attempts()[0]).toMatchObject({ code: 'changed', proof: 'mailbox' })
})

it('the rules in the form name the least length that is configured, in the language of the page', async () => {
  const service = await startService({ environment: { REKEY_PASSWORD_MIN_LENGTH: '17' } })
  expect((await service.http.get('/?lang=en')).text).toContain('At least 17 characters')
  expect((await service.http.get('/?lang=de')).text).toMatch(/data-rule="too-short">.*17 Zeichen/)
})
