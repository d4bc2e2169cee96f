import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { ServerTrust } from '../../src/lib/server-trust.js'
import { createDispatcher } from '../../src/panel/dispatcher.js'
import type { RawAnswer } from '../../src/panel/read-answer.js'
import { createTransport, TransportFailure, type TransportFailureReason } from '../../src/panel/transport.js'
import { holdTime } from '../kit/held-time.js'
import { createCertificate, sharedCertificate } from '../panel-simulator/server/certificate.js'
import { type Fault, simulatorCredentials, startPanelSimulator } from '../panel-simulator/simulator.js'

const TIMEOUT_MS = 5000
const COMMAND = 'v-list-user'

const { accessKey, secretKey } = simulatorCredentials
const FIELDS = {
  access_key: accessKey,
  secret_key: secretKey,
  cmd: COMMAND,
  arg1: 'alice',
  arg2: 'json',
  returncode: 'no',
}

/** The transport with a panel. Returns how a call ends: its answer, or why there was none. */
async function setUp({ connections = 8, trust = undefined as ServerTrust | undefined } = {}) {
  const panel = await startPanelSimulator()
  onTestFinished(() => panel.close())
  const url = new URL(panel.url)
  const authority = { ca: panel.certificate.certificate }
  const dispatcher = createDispatcher(url, trust ?? authority, connections, TIMEOUT_MS)
  onTestFinished(() => dispatcher.destroy())
  const transport = createTransport(dispatcher, url)
  const late: boolean[] = []
  async function call(): Promise<RawAnswer | TransportFailureReason> {
    return await transport(FIELDS, TIMEOUT_MS).catch((error: unknown) => {
      if (!(error instanceof TransportFailure)) throw error
      const { reason, mayHaveRun, isLate } = error
      late.push(isLate)
      expect(mayHaveRun).toBe(reason !== 'unreachable' && reason !== 'tls-refused')
      return reason
    })
  }
  return { panel, call, late }
}

const HTML = '<html><body>It works!</body></html>'

type Broken = readonly [
  what: string,
  fault: (run: boolean) => Fault,
  expected: RawAnswer | TransportFailureReason,
]

/** Something in between answers instead of the panel. */
function page(what: string, status: number, body = HTML, exitCodeHeader?: string): Broken {
  const headers: Record<string, string> = exitCodeHeader ? { 'Hestia-Exit-Code': exitCodeHeader } : {}
  return [what, (run) => ({ kind: 'answer', run, status, body, headers }), { status, exitCodeHeader, body }]
}

const broken: readonly Broken[] = [
  ['a flood', (run) => ({ kind: 'endless', run, pace: 'flood' }), 'cut-off'],
  ['10 MB', (run) => ({ kind: 'padded', run, bytes: 10_000_000 }), 'cut-off'],
  page('a page with status 200', 200),
  page('a page with status 500', 500),
  page('a proxy’s 502', 502),
  page('a proxy’s 503', 503),
  page('a proxy’s 504', 504),
  page('an empty error', 500, ''),
  page('a bare success', 200, '0'),
  page('a refusal that says it succeeded', 400, '0', '0'),
  ['a reset', (run) => ({ kind: 'reset', when: run ? 'after-run' : 'before-run' }), 'reset'],
]

/** Answers that never end. */
const endless: readonly (readonly [what: string, fault: (run: boolean, begun: () => void) => Fault])[] = [
  ['silence', (run, begun) => ({ kind: 'silence', run, begun })],
  ['a trickle', (run, begun) => ({ kind: 'endless', run, pace: 'trickle', begun })],
]

it('the transport sends the fields as a form, and returns the complete answer', async () => {
  const { panel, call } = await setUp()
  const answer = await call()
  expect(answer).toMatchObject({ status: 200, exitCodeHeader: '0' })
  expect(JSON.parse((answer as RawAnswer).body)).toHaveProperty('alice')
  expect(panel.calls).toEqual([{ command: COMMAND, args: ['alice', 'json'], returncode: 'no' }])
})

it.each(broken)(
  'the transport reports %s correctly, whether or not the command ran, and goes on',
  async (_what, fault, expected) => {
    const { panel, call } = await setUp()
    for (const run of [true, false]) {
      panel.failNext(COMMAND, fault(run))
      expect(await call()).toEqual(expected)
    }
    expect(await call()).toMatchObject({ status: 200, exitCodeHeader: '0' })
  },
)

it('the transport tells an answer that is cut off from one that only lacks its end', async () => {
  const { panel, call } = await setUp()
  panel.failNext(COMMAND, { kind: 'reset', when: 'mid-answer' })
  expect(await call()).toBe('cut-off')
  const whole = (await call()) as RawAnswer
  panel.failNext(COMMAND, { kind: 'truncated', run: true })
  expect(await call()).toEqual({ ...whole, body: whole.body.slice(0, whole.body.length / 2) })
})

it.each(endless)('the transport gives up %s when its time is over, and goes on', async (_what, fault) => {
  const { panel, call } = await setUp()
  for (const run of [true, false]) {
    let begun = false
    panel.failNext(
      COMMAND,
      fault(run, () => {
        begun = true
      }),
    )
    const passed = holdTime().pass(TIMEOUT_MS, () => begun)
    expect(await call()).toBe('timed-out')
    await passed
  }
  expect(await call()).toMatchObject({ status: 200, exitCodeHeader: '0' })
})

it('the transport never sends a call whose time was over before it got a connection', async () => {
  const { panel, call, late } = await setUp({ connections: 1 })
  const hold = panel.hold(COMMAND)
  const time = holdTime()
  const calls = [call(), call()]
  await time.pass(TIMEOUT_MS, hold.arrived)
  expect(await Promise.all(calls)).toEqual(['timed-out', 'unreachable'])
  expect(late).toEqual([true, true])
  hold.release()
  expect(await call()).toMatchObject({ status: 200 })
  expect(panel.calls).toHaveLength(2)
})

it('the transport tells a panel that is not there from one that can’t prove who it is', async () => {
  const { panel, call, late } = await setUp()
  await panel.close()
  expect(await call()).toBe('unreachable')
  expect(late).toEqual([false])
  const { certificate } = await createCertificate()
  const wary = await setUp({ trust: { ca: certificate } })
  expect(await wary.call()).toBe('tls-refused')
  expect(wary.panel.calls).toEqual([])
})

it('the transport tells a panel that accepts a connection and then keeps silent from one that refuses it', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  silent.on('connection', (socket) => onTestFinished(() => void socket.destroy()))
  const url = new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}`)
  const dispatcher = createDispatcher(url, {}, 1, 1)
  // After tests that hold the timers, undici's own may never end: then this time-out does.
  const failure = createTransport(dispatcher, url)(FIELDS, 1000)
  await expect(failure).rejects.toMatchObject({ reason: 'unreachable', isLate: true })
  await dispatcher.destroy()
})

it('the transport calls a panel with the pinned certificate, on each new connection, and no other', async () => {
  const { fingerprint } = await sharedCertificate()
  const { panel, call } = await setUp({ trust: { certificateSha256: fingerprint } })
  expect(await call()).toMatchObject({ status: 200 })
  panel.failNext(COMMAND, { kind: 'reset', when: 'before-run' })
  expect(await call()).toBe('reset')
  expect(await call()).toMatchObject({ status: 200 })
  const { fingerprint: another } = await createCertificate()
  const other = await setUp({ trust: { certificateSha256: another } })
  expect(await other.call()).toBe('tls-refused')
  expect(other.panel.calls).toEqual([])
})
