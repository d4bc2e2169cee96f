import { expect, it } from 'vitest'
import { createMemoryStore } from '../../src/store/memory-store.js'
import { createTestClock } from '../kit/clock.js'
import { encode, solve } from '../kit/puzzle.js'
import { startService } from '../kit/service.js'
import { byMailbox, CHANGES, gist, MAILBOX_FORM, post } from '../kit/submissions.js'

const wrong = byMailbox({ currentPassword: 'wrong' })
const environment = { REKEY_LIMIT_TARGET: '1/1h', REKEY_TRUST_PROXY: '1' }

/** An address that hasn't changed the password before. */
const STRANGER = '203.0.113.7'

it('a solved puzzle of a limit allows one try at its mailbox', async () => {
  const service = await startService({ environment })
  await post(service, wrong)
  const refused = await post(service, byMailbox())
  expect(gist(refused)).toBe('429 too-many-attempts')
  expect(refused.body.detail).toMatch(
    /solve a puzzle before the next attempt\. Without it, try again in 60 minutes\./,
  )
  expect(refused.get('retry-after')).toBe('3600')
  const solution = encode(solve(refused.body.challenge))

  await post(service, { ...wrong, email: 'sales@example.org' })
  const elsewhere = byMailbox({ email: 'sales@example.org', currentPassword: 'sales mail pw', solution })
  expect(gist(await post(service, elsewhere))).toBe('429 too-many-attempts')
  expect(gist(await post(service, byMailbox({ solution })))).toBe('200 changed')
  const again = await post(service, byMailbox({ solution }), STRANGER)
  expect(gist(again)).toBe('429 too-many-attempts')
  expect(again.body.challenge.signature).not.toBe(refused.body.challenge.signature)
})

it('a solved puzzle gets nobody past the limit on failures, and there is none if it would not help', async () => {
  const service = await startService({ environment: { ...environment, REKEY_LIMIT_FAILURES: '2/15m' } })
  await post(service, wrong)
  const pose = async () => encode(solve((await post(service, byMailbox())).body.challenge))
  const [first, second] = [await pose(), await pose()]
  expect(gist(await post(service, { ...wrong, solution: first }))).toBe('403 invalid-credentials')
  const refused = await post(service, byMailbox({ solution: second }))
  expect(gist(refused)).toBe('429 too-many-attempts')
  expect(refused.body.challenge).toBeUndefined()
})

it('clients and webmail get no puzzle', async () => {
  const token = '0123456789abcdef'.repeat(2)
  const service = await startService({ environment: { ...environment, REKEY_CLIENTS: `desk=${token}` } })
  const send = (body: object) =>
    service.http
      .post(CHANGES)
      .set({ authorization: `Bearer ${token}` })
      .send({ ...body, clientAddress: STRANGER })
  await send(wrong)
  const refused = await send(byMailbox())
  expect(gist(refused)).toBe('429 too-many-attempts')
  expect(refused.body.challenge).toBeUndefined()
})

it('a puzzle of one instance is accepted once by another with the same key and store', async () => {
  const store = createMemoryStore(createTestClock())
  const shared = { environment: { ...environment, REKEY_LINK_KEY: 'k'.repeat(32) }, store }
  const [one, other] = [await startService(shared), await startService(shared)]
  await post(one, wrong)
  await post(other, wrong)
  const solution = encode(solve((await post(one, byMailbox())).body.challenge))
  expect(gist(await post(other, byMailbox({ solution })))).toBe('200 changed')
  expect(gist(await post(one, byMailbox({ solution }), STRANGER))).toBe('429 too-many-attempts')
})

it('the page has the puzzle for its script, and the other ways for a browser without scripts', async () => {
  const service = await startService({ environment })
  const send = (form: object) => service.http.post('/?lang=en').type('form').send(form)
  await send({ ...MAILBOX_FORM, current_password: 'wrong' })
  const { text } = await send(MAILBOX_FORM)
  const [, json = ''] = /data-challenge="([^"]*)"/.exec(text) ?? []
  const challenge = JSON.parse(json.replaceAll('&quot;', '"'))
  const noscript = /<noscript><p>(.*?)<\/p>/s.exec(text)?.[1]
  expect(noscript).toBe('The puzzle needs JavaScript, which is off.')
  for (const way of [
    'in the settings of webmail',
    'from a network where',
    'by asking the owner of the hosting account',
  ]) {
    expect(text).toContain(way)
  }
  const { status } = await send({ ...MAILBOX_FORM, solution: encode(solve(challenge)) })
  expect(status).toBe(200)
})

it('an answer without a puzzle shows neither a puzzle nor other ways', async () => {
  const service = await startService({ environment: { REKEY_LIMIT_FAILURES: '1/1h' } })
  const send = (form: object) => service.http.post('/?lang=en').type('form').send(form)
  await send({ ...MAILBOX_FORM, current_password: 'wrong' })
  const { status, text } = await send(MAILBOX_FORM)
  expect(status).toBe(429)
  expect(text).not.toMatch(/data-challenge|id="ways"/)
})
