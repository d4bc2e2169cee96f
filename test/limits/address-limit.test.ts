import express, { type ErrorRequestHandler, type Response } from 'express'
import supertest from 'supertest'
import { expect, it, vi } from 'vitest'
import { type Answer, Refused, type RequestRefusal } from '../../src/core/answer.js'
import { networkOf } from '../../src/lib/ip-address.js'
import { createAddressLimit } from '../../src/limits/address-limit.js'
import { createLimiter } from '../../src/limits/limiter.js'
import { createMemoryLimitStore } from '../../src/store/memory-limit-store.js'
import { createTestClock } from '../kit/clock.js'

const HERE = '203.0.113.7'
const EXEMPT = '203.0.113.99'

/**
 * Submissions with a limit of two a minute. Returns how each ends: its headers, or its refusal. Three refused addresses are
 * remembered.
 */
function createSubmissions() {
  const clock = createTestClock()
  const store = createMemoryLimitStore(clock, 60_000)
  const counted = vi.spyOn(store, 'increment')
  const limiter = createLimiter('address', { count: 2, windowMs: 60_000 }, store)
  const addressLimit = createAddressLimit(
    {
      limiter,
      spared: createLimiter('spared', { count: 1, windowMs: 60_000 }, createMemoryLimitStore(clock, 60_000)),
      keyOf: networkOf,
      isExempt: (address) => address === EXEMPT,
      callerOf: ({ locals }) => locals.caller,
    },
    3,
  )
  let refusal: RequestRefusal | undefined
  const onError: ErrorRequestHandler = (error, _request, response, _next) => {
    if (!(error instanceof Refused)) throw error
    refusal = error.answer
    response.status(429).end()
  }
  const app = express()
  app.use((request, response, next) => {
    response.locals.caller = { clientAddress: request.get('x-address'), arrivedMs: clock.now() }
    next()
  })
  app.use(...addressLimit.guard)
  const passed: Response[] = []
  app.use((_request, response) => {
    passed.push(response)
    response.end()
  })
  app.use(onError)

  async function submit(address: string) {
    refusal = undefined
    const { status, headers } = await supertest(app).post('/').set('x-address', address)
    const policy = headers['ratelimit-policy'] ?? ''
    return { status, limit: headers.ratelimit, policy, headers, refusal }
  }

  /** What is known about an address now, without a submission. */
  function known(clientAddress: string) {
    return addressLimit.refusalOf({ clientAddress, arrivedMs: clock.now() })?.answer
  }

  /** Settles the submissions that passed since the last call with this answer. */
  async function settle(answer: Answer): Promise<void> {
    for (const response of passed.splice(0)) await addressLimit.settle(response, answer)
  }

  return { submit, known, counted, settle, clock }
}

it('a submission within the limit of its address shows how many are left, and until when', async () => {
  const { submit, clock } = createSubmissions()
  expect(await submit(HERE)).toMatchObject({ status: 200, limit: '"address"; r=1; t=60' })
  clock.advance(20_500)
  expect(await submit(HERE)).toMatchObject({ status: 200, limit: '"address"; r=0; t=40' })
})

it('a submission over the limit of its address is refused until the window ends, but others are not', async () => {
  const { submit, clock } = createSubmissions()
  const { policy } = await submit(HERE)
  await submit(HERE)
  clock.advance(20_000)
  const partition = /^"address"; q=2; w=60; pk=:([^:]+):$/.exec(policy)?.[1]
  expect(await submit(HERE)).toMatchObject({
    status: 429,
    refusal: {
      code: 'too-many-attempts',
      limit: { name: 'address', count: 2, windowMs: 60_000, retryAfterMs: 40_000, partition },
    },
  })
  expect(await submit('203.0.113.8')).toMatchObject({ status: 200 })
  clock.advance(40_000)
  expect(await submit(HERE)).toMatchObject({ status: 200 })
})

it('addresses have a short digest in the header that does not reveal them', async () => {
  const { submit } = createSubmissions()
  const digestOf = async (address: string) => {
    const { policy } = await submit(address)
    return Buffer.from(/pk=:([^:]+):$/.exec(policy)?.[1] ?? '', 'base64').toString()
  }
  const here = await digestOf(HERE)
  expect(here).toMatch(/^[0-9a-f]{12}$/)
  expect(await digestOf(HERE)).toBe(here)
  expect(await digestOf('203.0.113.8')).not.toBe(here)
})

it('an IPv6 /64 network counts as one address', async () => {
  const { submit } = createSubmissions()
  await submit('2001:db8:0:12::1')
  await submit('2001:db8:0:12::2')
  expect(await submit('2001:db8:0:12:f::3')).toMatchObject({ status: 429 })
  expect(await submit('2001:db8:0:13::1')).toMatchObject({ status: 200 })
})

it('an exempt address is not counted and sees no limit', async () => {
  const { submit, counted } = createSubmissions()
  for (const _ of [1, 2, 3, 4]) expect(await submit(EXEMPT)).toMatchObject({ status: 200, limit: undefined })
  expect(counted).not.toHaveBeenCalled()
})

it.each([
  ['a change', { code: 'changed', evidence: 'answered' }, [200, 200, 200, 200, 200]],
  [
    'one of few that broke only the policy',
    { code: 'password-rejected', reasons: [] },
    [200, 200, 200, 429, 429],
  ],
  ['a refusal', { code: 'invalid-credentials' }, [200, 200, 429, 429, 429]],
] as const)('a submission is taken back if it was %s', async (_what, answer, expected) => {
  const { submit, settle } = createSubmissions()
  const statuses: number[] = []
  for (const _ of expected) {
    statuses.push((await submit(HERE)).status)
    await settle(answer)
  }
  expect(statuses).toEqual(expected)
})

it('an address whose count was taken back is accepted again, even if it was refused meanwhile', async () => {
  const { submit, settle } = createSubmissions()
  for (const status of [200, 200, 429]) expect(await submit(HERE)).toMatchObject({ status })
  await settle({ code: 'changed', evidence: 'answered' })
  expect(await submit(HERE)).toMatchObject({ status: 200 })
})

it('the limit of an address is shown only in our own headers', async () => {
  const { headers } = await createSubmissions().submit(HERE)
  expect(
    Object.keys(headers)
      .filter((name) => name.includes('limit'))
      .toSorted(),
  ).toEqual(['ratelimit', 'ratelimit-policy'])
})

it('a refused address is remembered for ten seconds, and the store does not count its submissions then', async () => {
  const { submit, known, counted, clock } = createSubmissions()
  await submit(HERE)
  await submit(HERE)
  expect(known(HERE)).toBeUndefined()
  const { refusal } = await submit(HERE)
  expect(known(HERE)).toEqual(refusal)
  expect(known('203.0.113.8')).toBeUndefined()
  expect(counted).toHaveBeenCalledTimes(3)

  clock.advance(9000)
  expect(known(HERE)).toMatchObject({ limit: { retryAfterMs: 51_000 } })
  expect(await submit(HERE)).toMatchObject({ status: 429, refusal: known(HERE) })
  expect(counted).toHaveBeenCalledTimes(3)
  clock.advance(1000)
  expect(known(HERE)).toBeUndefined()
  expect(await submit(HERE)).toMatchObject({ status: 429 })
  expect(counted).toHaveBeenCalledTimes(4)
  clock.advance(50_000)
  expect(known(HERE)).toBeUndefined()
  expect(await submit(HERE)).toMatchObject({ status: 200 })
})

it('a refused address is remembered by its network, as it is counted', async () => {
  const { submit, known } = createSubmissions()
  for (const host of [1, 2, 3]) await submit(`2001:db8:0:12::${host}`)
  expect(known('2001:db8:0:12::5')).toBeDefined()
  expect(known('2001:db8:0:13::1')).toBeUndefined()
})

it('if too many addresses are refused, they are forgotten, and the store refuses them again', async () => {
  const { submit, known, counted } = createSubmissions()
  const addresses = [1, 2, 3, 4].map((host) => `203.0.113.${host}`)
  for (const address of addresses) for (const _ of [1, 2, 3]) await submit(address)
  expect(addresses.map((address) => known(address) !== undefined)).toEqual([false, false, false, true])
  counted.mockClear()
  expect(await submit('203.0.113.1')).toMatchObject({ status: 429 })
  expect(counted).toHaveBeenCalledTimes(1)
})
