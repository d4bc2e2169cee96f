import { expect, it } from 'vitest'
import { linkDoubtView } from '../../../src/http/page/result-views.js'
import en from '../../../views/messages/en.json' with { type: 'json' }
import { makeLink, RECOVER_FORM, recoveryService } from '../../kit/recovery.js'
import { startService, type TestService } from '../../kit/service.js'
import { NEW_PASSWORD } from '../../kit/submissions.js'
import { expectValid } from '../../kit/valid-html.js'
import { CHANGE } from '../../panel-simulator/commands/command-names.js'

const start = (environment?: Record<string, string>) => startService(recoveryService(environment))

function submit(service: TestService, recovery: string, more: object = {}) {
  return service.http
    .post('/recover?lang=en')
    .type('form')
    .send({ ...RECOVER_FORM, recovery, ...more })
}

function inputOf(html: string, name: string): string {
  return new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html)?.[0] ?? ''
}

/** The texts of the page's list items, in order. */
function stepsOf(html: string): string[] {
  const [, steps = ''] = /<ol class="steps">(.*?)<\/ol>/s.exec(html) ?? []
  return [...steps.matchAll(/<li>(.*?)<\/li>/gs)].map(([, step = '']) => step)
}

it('the page for a link is a form with a field for it, a mailbox for password managers, and the rules', async () => {
  const service = await start()
  const response = await service.http.get('/recover?lang=en')
  expect(response.status).toBe(200)
  await expectValid(response.text)
  expect(inputOf(response.text, 'recovery')).toMatch(/type="text" value="" autocomplete="off"/)
  expect(inputOf(response.text, 'email')).toMatch(/autocomplete="username" readonly /)
  expect(inputOf(response.text, 'new_password')).toMatch(/autocomplete="new-password"/)
  expect(response.text).not.toContain('name="current_password"')
  expect(response.text).toContain('data-rule="contains-address"')
  expect(response.text).not.toMatch(/data-rule="(?:same-as|similar-to)/)
  expect(response.text).toContain('href="/recover?lang=de"')
  expect(service.commands()).toEqual([])
})

it('a link that is given to its form sets the password, and the page says for which mailbox', async () => {
  const service = await start({
    REKEY_SHOWN_IMAP: 'imap.example.org',
    REKEY_SHOWN_SMTP: 'smtp.example.org',
  })
  const url = await makeLink(service)
  const response = await submit(service, url)
  expect(response.status).toBe(200)
  expect(response.text).toMatch(/<main data-answer="changed">/)
  expect(response.text).toContain('<bdi>info@example.org</bdi>')
  await expectValid(response.text)
  expect(await service.panel.accepts('info@example.org', NEW_PASSWORD)).toBe(true)
  expect(service.attempts().at(-1)).toMatchObject({ code: 'changed', proof: 'recovery' })
})

it('a link is used up by nothing but a form that is sent', async () => {
  const service = await start()
  const url = await makeLink(service)
  const before = service.commands().length
  for (const method of ['get', 'head'] as const) {
    for (const path of ['/recover', `/recover?${url.slice(url.indexOf('#') + 1)}`]) {
      expect((await service.http[method](path)).status).toBe(200)
    }
  }
  expect(service.commands()).toHaveLength(before)
  expect((await submit(service, url)).status).toBe(200)
})

it('a link stays in its form while the new password can’t be used, and in nothing else', async () => {
  const service = await start({ REKEY_LOG_LEVEL: 'debug' })
  const url = await makeLink(service)
  const { status, text, headers } = await submit(service, url, {
    new_password: 'info',
    confirm_password: 'info',
  })
  expect(status).toBe(422)
  await expectValid(text)
  expect(inputOf(text, 'recovery')).toContain(`value="${url}"`)
  expect(inputOf(text, 'new_password')).toContain('aria-invalid="true"')
  const secret = url.slice(url.indexOf('#') + 1)
  expect(text.replace(inputOf(text, 'recovery'), '')).not.toContain(secret)
  expect(JSON.stringify(headers)).not.toContain(secret)
  expect(service.logText()).not.toContain(secret)
  expect((await submit(service, url)).status).toBe(200)
})

it('a link that does not work leaves an empty field, and the page says who can make a new one', async () => {
  const service = await start()
  const { status, text } = await submit(service, 'rk1.forged.link')
  expect(status).toBe(403)
  await expectValid(text)
  expect(text).toMatch(/<main data-answer="recovery-invalid">/)
  expect(text).toContain(en.recover.newLink)
  expect(inputOf(text, 'recovery')).toMatch(/value="".* aria-invalid="true"/)
})

it('an empty form for a link names every fault at its field', async () => {
  const service = await start()
  const { status, text } = await submit(service, '', { new_password: '', confirm_password: 'other' })
  expect(status).toBe(400)
  await expectValid(text)
  for (const name of ['recovery', 'new_password', 'confirm_password']) {
    expect(inputOf(text, name), name).toContain('aria-invalid="true"')
    expect(text).toContain(`<a href="#${name}">`)
  }
})

it('new passwords that differ don’t use a link up', async () => {
  const service = await start()
  const url = await makeLink(service)
  expect((await submit(service, url, { confirm_password: 'another' })).status).toBe(400)
  expect((await submit(service, url)).status).toBe(200)
})

it('after a link was used the steps in doubt name no old password, which nobody knows', async () => {
  const service = await start()
  const url = await makeLink(service)
  service.panel.failNext(CHANGE, { kind: 'reset', when: 'before-run' })
  const { text } = await submit(service, url)
  expect(text).toMatch(/<main data-answer="change-not-confirmed">/)
  await expectValid(text)
  const unknown = linkDoubtView(en, 'outcome-unknown')
  expect(unknown).toMatchObject({ heading: en.answer['outcome-unknown'].title, detail: en.recover.unknown })
  // It is in the form in case the browser never gets the answer.
  const form = await service.http.get('/recover?lang=en')
  expect(form.text).toContain(en.script.answerLost)
  for (const steps of [stepsOf(text), unknown.steps, stepsOf(form.text)]) {
    expect(steps).toEqual([en.steps.newFirst, en.recover.refused])
  }
  for (const page of [text, form.text]) expect(page).not.toMatch(/old password|the old one/)
})

it('what is no form, or comes too often, is answered by a page that leads back to the form for a link', async () => {
  const service = await start({ REKEY_LIMIT_ADDRESS: '1/1h' })
  const large = await submit(service, 'x'.repeat(9000))
  expect(large.status).toBe(413)
  const limited = await submit(service, 'rk1.forged.link')
  expect(limited.status).toBe(429)
  for (const { text } of [large, limited]) {
    await expectValid(text)
    expect(text).toContain('<a href="/recover?lang=en">')
  }
})

it('there is no page for a link if nobody can recover a password', async () => {
  const service = await startService()
  expect((await service.http.get('/recover')).status).toBe(404)
  expect((await submit(service, 'rk1.forged.link')).status).toBe(404)
})

it('every answer to a link has the headers of other pages', async () => {
  const service = await start({ REKEY_FRAME_ANCESTORS: 'https://webmail.example.org' })
  for (const { headers } of [await service.http.get('/recover'), await submit(service, 'rk1.forged.link')]) {
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['content-security-policy']).toMatch(/;frame-ancestors https:\/\/webmail.example.org$/)
  }
})
