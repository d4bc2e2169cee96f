import type { Request } from 'express'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cameFromProxyHere, createProxyTrust } from '../../src/http/forwarded-address.js'
import { waitedMs } from '../../src/http/request-start.js'
import { startService } from '../kit/service.js'
import { byAccount, CHANGES } from '../kit/submissions.js'

/** Possible values of the header: any text, and many that look like a time. */
const header = fc.oneof(
  fc.string(),
  fc.stringMatching(/^t=\d{0,20}\.?\d{0,9}$/),
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 42 }), fc.constantFrom('t=', 't= ', '', 'x='))
    .map(([time, prefix]) => prefix + time),
)
const now = fc.integer({ min: 1_600_000_000_000, max: 9_000_000_000_000 })

it.each([
  ['nginx', (seconds: string, ms: string) => `t=${seconds}.${ms}`],
  ['Caddy', (seconds: string, ms: string) => `t=${seconds}${ms}`],
  ['Apache', (seconds: string, ms: string) => `t=${seconds}${ms}789`],
])('a request has waited since the time that %s writes', (_proxy, write) => {
  fc.assert(
    fc.property(now, fc.integer({ min: 0, max: 180_000 }), (nowMs, waited) => {
      const [, seconds = '', ms = ''] = /^(\d{10})(\d{3})$/.exec(`${nowMs - waited}`) ?? []
      expect(waitedMs(write(seconds, ms), nowMs)).toBe(waited)
    }),
  )
})

it('a request has waited for three minutes at most and never less than nothing, whatever its header says', () => {
  fc.assert(
    fc.property(header, now, (text, nowMs) => {
      const waited = waitedMs(text, nowMs)
      expect(waited >= 0 && waited <= 180_000).toBe(true)
    }),
    { numRuns: 5000 },
  )
})

const NOW_MS = 1_800_000_000_000

it.each([
  undefined,
  '',
  't=',
  '1799999999.000',
  't=1799999999',
  't=1799999999000, t=1799999999000',
  't=1799999999.000x',
  't=-799999999.000',
  't=1.799999999e12',
  // In the future, and too long ago.
  't=1800000000.001',
  't=1799999819.999',
  't=0000000000.000',
])('a request that says that it started at “%s” has not waited', (text) => {
  expect(waitedMs(text, NOW_MS)).toBe(0)
})

it.each([
  [1, '127.0.0.1', true],
  [1, '::ffff:127.0.0.1', true],
  ['loopback', '::1', true],
  // Its clock may differ from ours.
  [1, '203.0.113.9', false],
  [0, '127.0.0.1', false],
  ['203.0.113.9', '127.0.0.1', false],
])(
  'where %s is trusted, the word of %s about the time is believed: %s',
  (trusted, remoteAddress, expected) => {
    const trust = createProxyTrust(typeof trusted === 'number' ? trusted : [trusted], false)
    const request = { app: { get: () => trust }, socket: { remoteAddress } }
    expect(cameFromProxyHere(request as unknown as Request)).toBe(expected)
  },
)

/** Requests a change that has waited before it arrived, from a caller with a time-out of 30 seconds. */
async function changeAfter(waited: number, environment: Record<string, string>) {
  const service = await startService({ environment })
  const start = { 'x-request-start': `t=${Date.now() - waited}` }
  const { body } = await service.http.post(CHANGES).set(start).send(byAccount())
  return [body.code, service.commands().length > 0]
}

it('a change is not begun if its caller timed out before it arrived', async () => {
  expect(await changeAfter(31_000, { REKEY_TRUST_PROXY: '1' })).toEqual(['panel-busy', false])
})

it('a change is made if its caller still waits, and if nobody who is trusted says otherwise', async () => {
  expect(await changeAfter(20_000, { REKEY_TRUST_PROXY: '1' })).toEqual(['changed', true])
  expect(await changeAfter(31_000, { REKEY_TRUST_PROXY: '0' })).toEqual(['changed', true])
})
