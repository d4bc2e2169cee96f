import { once } from 'node:events'
import { connect } from 'node:net'
import express, { type RequestHandler } from 'express'
import supertest, { type Response } from 'supertest'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Refused } from '../../../src/core/answer.js'
import { createRequestContext } from '../../../src/http/request-context.js'
import { createEarlyRefusal } from '../../../src/http/submission/early-refusal.js'
import { createHeldAnswers } from '../../../src/http/submission/held-answers.js'
import { createMemoryStore } from '../../../src/store/memory-store.js'
import type { SharedStore } from '../../../src/store/shared-store.js'
import english from '../../../views/messages/en.json' with { type: 'json' }
import { createTestClock } from '../../kit/clock.js'
import { TOKEN } from '../../kit/outcomes.js'
import { addressService } from '../../kit/recovery.js'
import { scratchFolder, startService, type TestService, type TestServiceOptions } from '../../kit/service.js'
import { byMailbox, CHANGES, gist, MAILBOX_FORM, post } from '../../kit/submissions.js'

const DELAY_MS = 1000
const ELSEWHERE = '203.0.113.9'

/**
 * A service with a limit of one submission per address. Returns what it asked the store, and how many answers went the normal
 * way.
 */
async function startLimited(options: TestServiceOptions = {}) {
  const clock = createTestClock()
  const memory = createMemoryStore(clock)
  const hits: string[] = []
  const store: SharedStore = {
    ...memory,
    createLimitStore(name, windowMs) {
      const limitStore = memory.createLimitStore(name, windowMs)
      return {
        ...limitStore,
        increment(key) {
          hits.push(`${name} ${key}`)
          return limitStore.increment(key)
        },
      }
    },
  }
  const environment = {
    REKEY_LIMIT_ADDRESS: '1/15m',
    REKEY_REFUSAL_DELAY_MS: `${DELAY_MS}`,
    REKEY_TRUST_PROXY: '1',
    REKEY_CLIENTS: `roundcube=${TOKEN}`,
    ...options.environment,
  }
  const service = await startService({ ...options, ...addressService(9, environment), clock, store })
  const sent = vi.spyOn(service.app.handler.response, 'send')
  onTestFinished(() => sent.mockRestore())
  return { service, hits, sent }
}

/** An unreadable submission. It counts like any other. */
function submit({ http }: TestService, path: string, headers: Record<string, string> = {}) {
  return http
    .post(path)
    .set({ 'content-type': 'text/nothing', ...headers })
    .send('x')
}

/**
 * The first submission is counted, the second is refused by the store, and the third's answer is cached. The next is refused
 * early.
 */
async function reachLimit(service: TestService, path = CHANGES): Promise<void> {
  for (const _ of [1, 2, 3]) await submit(service, path)
}

/** How many answers were delayed so far. */
function holdsOf({ clock }: TestService): number {
  return clock.waits.filter((waitMs) => waitMs === DELAY_MS).length
}

/** An answer without the parts that always differ: the time of day and its ID. */
function bytesOf({ status, headers, text }: Response): unknown {
  const { date: _, ...others } = headers as Record<string, string>
  return { status, headers: others, text: text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID') }
}

const ways = [
  ['/', ''],
  ['/', '?lang=de'],
  ['/', '?lang=ar'],
  ['/recover', '?lang=de'],
  ['/link', '?lang=de'],
  ['/link/end', ''],
  ['/recovery-address', '?lang=de'],
  ['/recovery-address/confirm', ''],
  [CHANGES, ''],
  [CHANGES, '?lang=fr'],
  ['/api/v1/password-policy', '?lang=ja'],
  ['/password', '?lang=de'],
] as const

it.each(ways)(
  'a refusal before routing at %s%s has the bytes of the one on the normal way, which is made once',
  async (path, query) => {
    const below = path === '/password'
    const { service, sent } = await startLimited({
      environment: {
        REKEY_REFUSAL_DELAY_MS: '0',
        REKEY_BASE_PATH: below ? '/password' : '',
        REKEY_FRAME_ANCESTORS: below ? 'https://webmail.example.org' : '',
      },
    })
    await reachLimit(service, `${path}?lang=uk`)
    sent.mockClear()
    const normal = await submit(service, path + query)
    expect(normal.status).toBe(429)
    expect(sent).toHaveBeenCalledTimes(1)
    for (const _ of [1, 2]) expect(bytesOf(await submit(service, path + query))).toEqual(bytesOf(normal))
    expect(sent).toHaveBeenCalledTimes(1)
  },
)

it('a refusal before routing is in the language of the browser, with its own ID, and counts down', async () => {
  const { service, sent } = await startLimited()
  await reachLimit(service)
  const german = { 'accept-language': 'de-AT' }
  await submit(service, CHANGES, german)
  sent.mockClear()
  const answers = [await submit(service, CHANGES), await submit(service, CHANGES, german)]
  expect(answers.map(({ headers }) => headers['content-language'])).toEqual(['en', 'de'])
  for (const { body } of answers) expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(sent).not.toHaveBeenCalled()

  const before = Number(answers[0]?.get('retry-after'))
  service.clock.advance(4000)
  const later = await submit(service, CHANGES)
  expect(sent).not.toHaveBeenCalled()
  expect(Number(later.get('retry-after'))).toBeLessThanOrEqual(before - 4)
  expect(later.get('ratelimit')).toBe(`"address"; r=0; t=${later.get('retry-after')}`)

  service.clock.advance(60_000)
  vi.setSystemTime(Date.now() + 60_000)
  const nextMinute = await submit(service, CHANGES)
  expect(nextMinute.body.detail).not.toBe(later.body.detail)
})

it('a refusal before routing is never what a bug made of one', async () => {
  const views = scratchFolder({ 'notice.eta': '<%= undefined %>' })
  const { service } = await startLimited({ environment: { REKEY_VIEWS_DIR: views } })
  await submit(service, '/')
  for (const _ of [1, 2, 3]) expect((await submit(service, '/')).status).toBe(500)
})

/** Early refusals with a wait that a test chooses, in front of a normal way that sends its own text. */
function createEarly(send: RequestHandler, maxReady?: number) {
  const clock = createTestClock()
  const limit = { name: 'address', count: 1, windowMs: 1 }
  const state = { waitMs: 1000, language: 'en', id: 'an-id' }
  const early = createEarlyRefusal(
    {
      refusalOf: () =>
        new Refused({ code: 'too-many-attempts', limit: { ...limit, retryAfterMs: state.waitMs } }),
      messagesFor: () => ({ ...english, language: state.language }),
      held: createHeldAnswers(0, clock),
      clock,
    },
    maxReady,
  )
  const app = express()
    .use(
      createRequestContext(
        clock,
        () => state.id,
        () => undefined,
      ),
    )
    .post('/', early, send)
  return { state, post: () => supertest(app).post('/').set('connection', 'keep-alive') }
}

it('a refusal before routing has the right length for its text, and keeps its connection although the first one closed it', async () => {
  const { state, post } = createEarly((_request, response) => {
    response.status(429).set('Connection', 'close').send(`about ${state.id}.`)
  })
  expect((await post()).headers).toMatchObject({ connection: 'close', 'content-length': '12' })
  state.id = 'another-id'
  const { headers, text } = await post()
  expect(text).toBe('about another-id.')
  expect(headers).toMatchObject({ connection: 'keep-alive', 'content-length': '17' })
})

it('a refusal before routing is in its own language, also if another has the same words for the wait', async () => {
  const { state, post } = createEarly((_request, response) => {
    response.status(429).set('Content-Language', state.language).send('x')
  })
  for (const language of ['en', 'en-GB', 'en', 'en-GB']) {
    state.language = language
    expect((await post()).headers['content-language']).toBe(language)
  }
})

it('a refusal before routing is never one of a submission that was read, which may show its sender’s address', async () => {
  let sent = 0
  const { post } = createEarly((request, response) => {
    sent += 1
    // The address was below its limit again, then a limit of the mailbox was reached.
    if (sent === 1) request.body = { email: 'info@example.org' }
    response.status(429).send(`${request.body?.email}`)
  })
  const texts = []
  for (const _ of [1, 2, 3]) texts.push((await post()).text)
  expect(texts).toEqual(['info@example.org', 'undefined', 'undefined'])
  expect(sent).toBe(2)
})

it('refusals before routing are kept ready up to a bound, and made anew beyond it', async () => {
  const sent: number[] = []
  const { state, post } = createEarly((_request, response) => {
    sent.push(state.waitMs)
    response.status(429).send('x')
  }, 2)
  for (const waitMs of [1000, 2000, 2000, 1000, 3000, 3000, 1000]) {
    state.waitMs = waitMs
    await post()
  }
  expect(sent).toEqual([1000, 2000, 3000, 1000])
})

it('a refusal before routing asks neither the store nor the panel, and leaves its line', async () => {
  const { service, hits } = await startLimited()
  for (const _ of [1, 2]) await submit(service, CHANGES)
  hits.length = 0
  for (const path of [CHANGES, '/', CHANGES, '/', '/']) await submit(service, path)
  expect(hits).toEqual([])
  expect(service.commands()).toEqual([])
  expect(holdsOf(service)).toBe(6)
  await service.app.drain()
  const lines = service.attempts().filter(({ code }) => code === 'too-many-attempts')
  expect(lines.reduce((sum, { count = 1 }) => sum + Number(count), 0)).toBe(6)
  for (const line of lines) expect(line).toMatchObject({ limit: 'address', clientAddress: '127.0.0.1' })
})

it('a refusal before routing leaves no line where what was asked is no attempt', async () => {
  const { service } = await startLimited()
  for (const _ of [1, 2, 3, 4]) await submit(service, '/api/v1/password-policy')
  expect(service.attempts()).toEqual([])
})

it('a refusal before routing does not wait for the body', async () => {
  const { service } = await startLimited()
  await reachLimit(service)
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(`POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\nx`)
  const [answer] = await once(socket, 'data')
  expect(`${answer}`).toMatch(/^HTTP\/1\.1 429 /)
})

it('a refusal before routing ends with the window of the address', async () => {
  const { service, hits } = await startLimited()
  await reachLimit(service)
  hits.length = 0
  service.clock.advance(15 * 60_000)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(hits[0]).toMatch(/^address /)
})

it('a refusal before routing concerns no other address, whose change waits for nothing', async () => {
  const { service } = await startLimited()
  await reachLimit(service)
  const held = service.clock.hold()
  let answered = 0
  const refused = Promise.all(
    [1, 2, 3].map(() =>
      submit(service, CHANGES).then(({ status }) => {
        answered += 1
        return status
      }),
    ),
  )
  await held.asked
  expect(gist(await post(service, byMailbox(), ELSEWHERE))).toBe('200 changed')
  expect(answered).toBe(0)
  held.release()
  expect(await refused).toEqual([429, 429, 429])
})

it('a post from another site and a client’s are answered as before, whatever address they come from', async () => {
  const { service } = await startLimited()
  await reachLimit(service)
  const crossSite = await submit(service, CHANGES, { 'sec-fetch-site': 'cross-site' })
  expect(crossSite.status).toBe(403)
  const client = await service.http
    .post(CHANGES)
    .set({ authorization: `Bearer ${TOKEN}` })
    .send(byMailbox({ clientAddress: ELSEWHERE }))
  expect(gist(client)).toBe('200 changed')
})

it('a limited answer is held back whatever the limit, for everybody', async () => {
  const { service } = await startLimited({ environment: { REKEY_LIMIT_FAILURES: '1/15m' } })
  const wrong = byMailbox({ currentPassword: 'wrong' })
  const client = { authorization: `Bearer ${TOKEN}` }
  const byClient = (clientAddress: string) =>
    service.http
      .post(CHANGES)
      .set(client)
      .send({ ...wrong, clientAddress })
  const webmail = { user: 'info@example.org', curpass: 'wrong', newpass: 'a wholly new secret' }
  const byWebmail = () => service.http.post('/roundcube').type('form').send(webmail)
  const byPage = () => service.http.post('/').type('form').send(MAILBOX_FORM)
  await byClient(ELSEWHERE)
  await byWebmail()
  // The limit of the mailbox, then of the address.
  for (const submitAgain of [byWebmail, byPage, byPage, () => byClient(ELSEWHERE)]) {
    const before = holdsOf(service)
    expect((await submitAgain()).status).toBe(429)
    expect(holdsOf(service)).toBe(before + 1)
  }
})

it.each(['normal way', 'way before routing'])(
  'a limited answer on the %s leaves when the process stops, and when its client has gone its line is written',
  async (way) => {
    const { service } = await startLimited()
    await (way === 'normal way' ? submit(service, CHANGES) : reachLimit(service))
    const written = service.attempts().length
    service.clock.hold()
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1')
    const arrived = once(service.server, 'request')
    socket.write(`POST ${CHANGES} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx`)
    await arrived
    expect(service.attempts()).toHaveLength(written)
    socket.destroy()
    await expect.poll(() => service.attempts().length).toBe(written + 1)

    const next = once(service.server, 'request')
    const answer = submit(service, CHANGES).then(({ status }) => status)
    await next
    await service.app.drain()
    expect(await answer).toBe(429)
    expect(service.attempts()).toHaveLength(written + 2)
    for (const { code, durationMs } of service.attempts().slice(written)) {
      expect([code, durationMs]).toEqual(['too-many-attempts', 0])
    }
  },
)
