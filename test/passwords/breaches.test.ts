import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { createBreachDispatcher } from '../../src/passwords/pwned-passwords.js'
import { holdTime } from '../kit/held-time.js'
import { expectNoLeak } from '../kit/leaks.js'
import { type RangeFault, type RangeServer, sha1, startRangeServer } from '../kit/range-server.js'
import { startService, type TestService } from '../kit/service.js'
import { byMailbox, gist, NEW_PASSWORD, post } from '../kit/submissions.js'
import { sharedCertificate } from '../panel-simulator/server/certificate.js'

const POLICY = '/api/v1/password-policy'
const question = { email: 'info@example.org', newPassword: NEW_PASSWORD }

function online(url: string, more: Record<string, string> = {}): Record<string, string> {
  return { REKEY_BREACH_CHECK: 'online', REKEY_BREACH_URL: url, ...more }
}

async function start(
  more: Record<string, string> = {},
): Promise<{ ranges: RangeServer; service: TestService }> {
  const ranges = await startRangeServer()
  return { ranges, service: await startService({ environment: online(ranges.url, more) }) }
}

/** How long the service waits for an answer. */
const TIMEOUT_MS = 2000

it('a new password that is known from a breach is rejected before the panel is asked, by a change and by a question', async () => {
  const { ranges, service } = await start()
  ranges.seen.set(NEW_PASSWORD, 3)
  const response = await post(service, byMailbox())
  expect(gist(response)).toBe('422 password-rejected')
  expect(response.body.reasons).toEqual([{ code: 'breached', message: expect.stringContaining('breach') }])
  expect((await service.http.post(POLICY).send(question)).body.reasons).toEqual(response.body.reasons)
  expect(service.commands()).toEqual([])
  expect(service.attempts()[0]).toMatchObject({ code: 'password-rejected', reasons: ['breached'] })
})

it('a new password that is known from a breach is not told to the server that is asked: it learns five digits of a hash, and pads its answer', async () => {
  const { ranges, service } = await start()
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect(ranges.requests).toEqual([{ path: `/range/${sha1(NEW_PASSWORD).slice(0, 5)}`, padding: 'true' }])
})

it('a new password that is known from a breach may stand anywhere in the answer, in either case, the last line without an end', async () => {
  const { ranges, service } = await start()
  const suffix = sha1(NEW_PASSWORD).slice(5).toLowerCase()
  ranges.fault = { body: `${'0'.repeat(35)}:4\n${suffix}:1` }
  expect(gist(await post(service, byMailbox()))).toBe('422 password-rejected')
})

it('a new password that stands in the padding alone is taken', async () => {
  const { ranges, service } = await start()
  ranges.seen.set(NEW_PASSWORD, 0)
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('a new password that breaks another rule is asked about nowhere', async () => {
  const { ranges, service } = await start()
  for (const newPassword of ['short', 'abcdefghijklmnop', 'qwertyuiop123']) {
    await post(service, byMailbox({ newPassword }))
  }
  expect(ranges.requests).toEqual([])
})

it('a new password is asked about nowhere unless the operator wants it', async () => {
  const ranges = await startRangeServer()
  const dispatcher = createBreachDispatcher({}, 2000)
  const asked: unknown[] = []
  const breachDispatcher = dispatcher.compose((dispatch) => (options, handler) => {
    asked.push(options.path)
    return dispatch(options, handler)
  })
  const service = await startService({ passwordTools: { breachDispatcher } })
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
  expect([...asked, ...ranges.requests]).toEqual([])
})

it('a new password is looked up at a mirror below a path, over TLS that is verified', async () => {
  const certificate = await sharedCertificate()
  const ranges = await startRangeServer(certificate)
  ranges.seen.set(NEW_PASSWORD, 1)
  const environment = online(`${ranges.url}/mirror/`)
  const breachDispatcher = createBreachDispatcher({ ca: certificate.certificate }, 2000)
  const trusting = await startService({ environment, passwordTools: { breachDispatcher } })
  expect(gist(await post(trusting, byMailbox()))).toBe('422 password-rejected')
  expect(ranges.requests.map(({ path }) => path)).toEqual([`/mirror/range/${sha1(NEW_PASSWORD).slice(0, 5)}`])

  const wary = await startService({ environment })
  expect(gist(await post(wary, byMailbox()))).toBe('200 changed')
  expect(wary.logged('breach-check-failed')).toEqual([expect.objectContaining({ reason: 'tls-refused' })])
  expect(ranges.requests).toHaveLength(1)
})

const line = `${'0'.repeat(35)}:1\r\n`
const faults: readonly (readonly [what: string, fault: RangeFault, reason: string])[] = [
  ['does not answer', 'hang', 'timed-out'],
  ['stops in the middle of its answer', 'hang-in-body', 'timed-out'],
  ['breaks the connection', 'reset', 'unreachable'],
  ['fails', { status: 500, body: line }, 'http-500'],
  ['wants no more questions', { status: 429, body: line }, 'http-429'],
  ['leads elsewhere', { status: 302, body: line }, 'http-302'],
  ['answers with a page', { body: '<html>canary</html>' }, 'unexpected-answer'],
  ['answers with nothing', { body: '' }, 'unexpected-answer'],
  ['mixes words among its entries', { body: `${line}canary\r\n${line}` }, 'unexpected-answer'],
  ['answers with too much', { body: line.repeat(8000) }, 'unexpected-answer'],
]

it.each(faults)(
  'where the server of breached passwords %s, the password is taken, and the log says why',
  async (_what, fault, reason) => {
    const { ranges, service } = await start()
    ranges.fault = fault
    if (reason === 'timed-out') void holdTime().pass(TIMEOUT_MS, () => ranges.requests.length > 0)
    expect(gist(await post(service, byMailbox()))).toBe('200 changed')
    expect(service.logged('breach-check-failed')).toEqual([expect.objectContaining({ level: 40, reason })])
    expect(service.logText()).not.toContain('canary')
  },
)

it.each(faults)(
  'where the server of breached passwords %s, nothing is changed if the operator wants to be sure',
  async (_what, fault, reason) => {
    const { ranges, service } = await start({ REKEY_BREACH_FAIL: 'refuse' })
    ranges.fault = fault
    if (reason === 'timed-out') void holdTime().pass(TIMEOUT_MS, () => ranges.requests.length > 0)
    const response = await post(service, byMailbox())
    expect(gist(response)).toBe('503 breach-check-unavailable')
    expect(response.headers['retry-after']).toBe('30')
    expect(response.body.detail).toContain('Nothing was changed')
    expect(service.commands()).toEqual([])
    expect(service.attempts()).toEqual([
      expect.objectContaining({ level: 50, code: 'breach-check-unavailable', reason }),
    ])
    expect(service.logged('breach-check-failed')).toHaveLength(1)
  },
)

it('where the server of breached passwords is not there, it is the same', async () => {
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const { port } = free.address() as { port: number }
  await new Promise((resolve) => free.close(resolve))
  const service = await startService({
    environment: online(`http://127.0.0.1:${port}`, { REKEY_BREACH_FAIL: 'refuse' }),
  })
  expect(gist(await post(service, byMailbox()))).toBe('503 breach-check-unavailable')
  expect(service.logged('breach-check-failed')).toEqual([expect.objectContaining({ reason: 'unreachable' })])
})

it('where the server of breached passwords is away, a question says so too, and an attempt is no guess', async () => {
  const { ranges, service } = await start({ REKEY_BREACH_FAIL: 'refuse', REKEY_LIMIT_FAILURES: '1/1h' })
  ranges.fault = { status: 503 }
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(gist(await post(service, byMailbox()))).toBe('503 breach-check-unavailable')
  }
  const answer = await service.http.post(POLICY).send(question)
  expect(gist(answer)).toBe('503 breach-check-unavailable')
  expect(answer.headers['retry-after']).toBe('30')
  ranges.fault = undefined
  expect(gist(await post(service, byMailbox()))).toBe('200 changed')
})

it('no part of a password’s hash is in the log or in an answer, and nothing stays open', async () => {
  const ranges = await startRangeServer()
  const environment = online(ranges.url, { REKEY_BREACH_FAIL: 'refuse', REKEY_LOG_LEVEL: 'debug' })
  const time = holdTime()
  await expectNoLeak(
    () => startService({ environment }),
    async (service) => {
      const shown: string[] = []
      for (const [, fault, reason] of [['', undefined, ''] as const, ...faults]) {
        ranges.fault = fault
        const asked = ranges.requests.length
        if (reason === 'timed-out') void time.pass(TIMEOUT_MS, () => ranges.requests.length > asked)
        const response = await post(service, byMailbox({ newPassword: `${NEW_PASSWORD} of mine` }))
        shown.push(response.text, JSON.stringify(response.headers))
      }
      const hash = sha1(`${NEW_PASSWORD} of mine`)
      for (const part of [hash.slice(0, 15), hash.slice(5, 15), hash.slice(5)]) {
        for (const text of [service.logText(), ...shown]) expect(text.toUpperCase()).not.toContain(part)
      }
    },
  )
})
