import { expect, it } from 'vitest'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import type { SharedStore } from '../../../src/store/shared-store.js'
import { createTestClock } from '../../kit/clock.js'
import { encode, solve } from '../../kit/puzzle.js'
import { HELP, HELP_REQUEST, recoveryService } from '../../kit/recovery.js'
import { startService, type TestService } from '../../kit/service.js'
import { expectValid } from '../../kit/valid-html.js'

const start = () => startService(recoveryService(HELP))

const submit = (service: TestService, form: object) =>
  service.http.post('/help?lang=en').type('form').send(form)

it('the form to change a password leads to help, with what was typed, if there is any', async () => {
  const { http } = await start()
  const page = await http.get('/').query({ lang: 'en', email: 'info@example.org' })
  expect(page.text).toContain('<a href="/help?lang=en&amp;email=info%40example.org">I can’t sign in</a>')
  const without = await startService(recoveryService())
  expect((await without.http.get('/?lang=en')).text).not.toContain('I can’t sign in')
  expect((await without.http.get('/help')).status).toBe(404)
})

it('the form for help has the mailbox that a link to it names, and asks nobody', async () => {
  const service = await start()
  const page = await service.http.get('/help').query({ lang: 'en', email: 'info@example.org' })
  expect(page.status).toBe(200)
  await expectValid(page.text)
  expect(page.text).toContain('name="email" type="email" value="info@example.org"')
  expect(page.text).toContain('<input type="hidden" name="helper" value="administrator">')
  expect(page.text).not.toContain('type="password"')
  expect(service.attempts()).toEqual([])
})

it('everybody who asks for help gets the same page, whether or not the mailbox exists', async () => {
  const service = await start()
  const pages = []
  for (const email of ['info@example.org', 'nobody@example.org', 'info@nothing.example']) {
    const page = await submit(service, { ...HELP_REQUEST, email })
    expect(page.status).toBe(202)
    pages.push(page.text)
  }
  expect(pages[0]).toContain('If this mailbox has an administrator we can reach, we’ll write to them')
  expect(new Set(pages).size).toBe(1)
})

it('a wrong address is told at its field, and what was typed stays', async () => {
  const service = await start()
  const page = await submit(service, { ...HELP_REQUEST, email: 'info+tag@example.org' })
  expect(page.status).toBe(400)
  await expectValid(page.text)
  expect(page.text).toContain('value="info+tag@example.org"')
  expect(page.text).toContain('can’t contain “+”')
})

it('a puzzle stands above the form for help when many were helped, with what to do without it', async () => {
  const clock = createTestClock()
  const store = createMemoryStore(clock)
  const sent = store.createLimitStore('help-all', 3_600_000)
  for (let index = 0; index < 30; index++) await sent.increment('')
  const createLimitStore: SharedStore['createLimitStore'] = (name, windowMs) =>
    name === 'help-all' ? sent : store.createLimitStore(name, windowMs)
  const service = await startService({
    ...recoveryService(HELP),
    clock,
    store: { ...store, createLimitStore },
  })
  const page = await submit(service, HELP_REQUEST)
  expect(page.status).toBe(429)
  await expectValid(page.text)
  expect(page.text).toContain('Ask your administrator yourself, or try again later.')
  expect(page.text).not.toContain('Wrong passwords')
  const [, challenge = ''] = /data-challenge="([^"]+)"/.exec(page.text) ?? []
  const solution = encode(solve(JSON.parse(challenge.replaceAll('&quot;', '"'))))
  expect((await submit(service, { ...HELP_REQUEST, solution })).status).toBe(202)
})
