import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { callerGone } from '../../src/core/panel-port.js'
import type { Strength } from '../../src/core/password/strength.js'
import { Secret } from '../../src/lib/secret.js'
import {
  createStrengthThread,
  type StrengthThread,
  type ThreadParts,
} from '../../src/passwords/strength-thread.js'
import { estimate } from '../kit/strength.js'

/** `npm test` builds it before the tests run. */
const BUILT = new URL('../../dist/passwords/strength-worker.js', import.meta.url)
const DICTIONARY = new URL('dictionary/', BUILT)

/** A worker script that answers with its own number as the score, and obeys the password. */
const OBEDIENT = scriptOf(`
  import { parentPort, threadId } from 'node:worker_threads'
  parentPort.on('message', ({ password }) => {
    if (password === 'hang') for (;;);
    if (password === 'exit') process.exit()
    if (password === 'throw') throw new Error(password)
    parentPort.postMessage(threadId)
    if (password === 'throw later') setImmediate(() => { throw new Error(password) })
  })
  parentPort.postMessage('ready')
`)

/** Resolves when the next worker has ended. */
async function nextWorkerEnds(): Promise<void> {
  const [worker] = (await once(process, 'worker')) as [Worker]
  await new Promise((resolve) => worker.once('exit', resolve))
}

function scriptOf(text: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`)
}

/** A thread with generous time limits, closed when the test ends. */
function start(
  parts: Partial<ThreadParts> = {},
): StrengthThread & { ask(password: string, address?: string): Promise<Strength> } {
  const times = { startTimeoutMs: 15_000, timeoutMs: 15_000, maxWaitMs: 15_000, idleMs: 60_000 }
  const thread = createStrengthThread({
    script: OBEDIENT,
    dictionary: DICTIONARY,
    maxWaiting: 100,
    ...times,
    ...parts,
  })
  onTestFinished(() => thread.close())
  return {
    ...thread,
    ask: (password, address = '203.0.113.9') => thread.estimateStrength(new Secret(password), [], address),
  }
}

it('the thread that estimates strength says what the estimator says, and the event loop turns meanwhile', async () => {
  const thread = start({ script: BUILT })
  await thread.ask('information')
  let turns = 0
  let done = false
  const hard = '@4$!1|0()3€'.repeat(6)
  const answer = thread.ask(hard).finally(() => {
    done = true
  })
  for (; !done; turns++) await setImmediate()
  expect(await answer).toEqual(estimate(hard, []))
  expect(turns).toBeGreaterThan(10)
  const byWords = await thread.estimateStrength(new Secret('Quorvexia12'), ['quorvexia'], '203.0.113.9')
  expect(byWords).toEqual(estimate('Quorvexia12', ['quorvexia']))
})

it('the thread that estimates strength has one worker, which answers one question after another', async () => {
  const { ask } = start()
  const answers = await Promise.all(['a', 'b', 'c'].map((password) => ask(password)))
  expect(answers).toEqual(Array(3).fill(expect.any(Number)))
  expect(new Set(answers).size).toBe(1)
})

it.each([
  ['hang', { reason: 'strength-late' }],
  ['exit', { name: 'StrengthWorkerEnded', message: '' }],
  ['throw', { name: 'StrengthWorkerEnded', message: '' }],
])('the thread that estimates strength replaces a worker that is told to %s', async (order, error) => {
  const { ask } = start(order === 'hang' ? { timeoutMs: 200 } : {})
  const ended = nextWorkerEnds()
  const first = await ask('a')
  await expect(ask(order)).rejects.toMatchObject(error)
  await ended
  const next = await ask('b')
  expect(next).toEqual(expect.any(Number))
  expect(next).not.toEqual(first)
})

it('the thread that estimates strength is not harmed by a worker that breaks down while nobody asks', async () => {
  const { ask } = start()
  const ended = nextWorkerEnds()
  const first = await ask('throw later')
  await ended
  const next = await ask('b')
  expect(next).toEqual(expect.any(Number))
  expect(next).not.toEqual(first)
})

it('the thread that estimates strength gives up a worker that does not get ready', async () => {
  const { ask } = start({ script: scriptOf('for (;;);'), startTimeoutMs: 100 })
  const ended = nextWorkerEnds()
  await expect(ask('a')).rejects.toMatchObject({ reason: 'strength-late' })
  await ended
  const broken = start({ script: scriptOf('throw new Error()') })
  await expect(broken.ask('a')).rejects.toMatchObject({ name: 'StrengthWorkerEnded' })
})

it('the thread that estimates strength lets no more wait than it was told to, and none for longer', async () => {
  const { ask } = start({ maxWaiting: 1 })
  const [asks, waits, tooMany] = await Promise.allSettled(['a', 'b', 'c'].map((password) => ask(password)))
  expect([asks?.status, waits?.status]).toEqual(['fulfilled', 'fulfilled'])
  expect(tooMany).toMatchObject({ reason: { reason: 'strength-busy' } })
  const slow = start({ maxWaitMs: 50, script: scriptOf('for (;;);'), startTimeoutMs: 1000 })
  const reasons = (await Promise.allSettled([slow.ask('a'), slow.ask('b')])).map(
    (result) => result.status === 'rejected' && result.reason.reason,
  )
  expect(reasons).toEqual(['strength-late', 'strength-busy'])
})

it('the thread that estimates strength takes turns: who asks thirty hard questions at once holds nobody else up', async () => {
  const { ask } = start()
  const answered: string[] = []
  const from = (address: string) => ask('a', address).then(() => answered.push(address))
  const flood = Array.from({ length: 30 }, (_, index) => from(`2001:db8:0:7::${index.toString(16)}`))
  await Promise.all([...flood, from('2001:db8:0:8::1'), from('203.0.113.7')])
  expect(answered.slice(0, 3)).toEqual(['2001:db8:0:7::0', '2001:db8:0:8::1', '203.0.113.7'])
  expect(answered).toHaveLength(32)
})

it('the thread that estimates strength is not asked for a caller who hangs up while the question waits', async () => {
  const thread = start()
  const caller = new AbortController()
  const first = thread.ask('a')
  // If it were asked, it would break the worker.
  const second = thread.estimateStrength(new Secret('exit'), [], '203.0.113.9', caller.signal)
  caller.abort(callerGone())
  await expect(second).rejects.toMatchObject({ reason: 'caller-gone' })
  expect(await thread.ask('b')).toEqual(await first)
})

it('the thread that estimates strength ends its worker when nobody has asked for a while, and starts another one', async () => {
  const { ask } = start({ idleMs: 1 })
  const ended = nextWorkerEnds()
  const first = await ask('a')
  await ended
  const next = await ask('b')
  expect(next).toEqual(expect.any(Number))
  expect(next).not.toEqual(first)
})

it('the thread that estimates strength that is closed, or idle, serves the next request with another worker', async () => {
  const { ask, close } = start()
  const first = await ask('a')
  const closing = close()
  const next = await ask('b')
  await closing
  expect(next).toEqual(expect.any(Number))
  expect(next).not.toEqual(first)
})

it('the thread that estimates strength can start its worker ahead of the first question, once', async () => {
  const { warmUp, ask } = start()
  const started = once(process, 'worker')
  warmUp()
  warmUp()
  const [worker] = (await started) as [Worker]
  expect(await ask('a')).toBe(worker.threadId)
})

it('the thread that estimates strength ends a worker that was started ahead when no question comes', async () => {
  const { warmUp } = start({ idleMs: 1 })
  const ended = nextWorkerEnds()
  warmUp()
  await ended
})

it('the thread that estimates strength is not harmed by a worker that was started ahead and breaks down', async () => {
  const { warmUp, ask } = start({ script: scriptOf('throw new Error()') })
  const ended = nextWorkerEnds()
  warmUp()
  await ended
  await expect(ask('a')).rejects.toMatchObject({ name: 'StrengthWorkerEnded' })
})

it('the thread that estimates strength leaves nothing open when it is closed', async () => {
  const thread = start({ script: BUILT })
  const ended = nextWorkerEnds()
  await thread.ask('information')
  await thread.close()
  await ended
})

it('the thread that estimates strength keeps no process alive', async () => {
  const module = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href)
  const program = `
      import { createStrengthThread } from ${module('passwords/strength-thread.ts')}
      import { Secret } from ${module('lib/secret.ts')}
      const script = new URL('${BUILT}')
      const times = { startTimeoutMs: 15000, timeoutMs: 15000, maxWaitMs: 15000, idleMs: 60000 }
      const dictionary = new URL('dictionary/', script)
      const thread = createStrengthThread({ script, dictionary, maxWaiting: 1, ...times })
      console.log(JSON.stringify(await thread.estimateStrength(new Secret('password'), [], '203.0.113.9')))`
  const output = await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program],
      (error, stdout) => (error ? reject(error) : resolve(JSON.parse(stdout))),
    )
  })
  expect(output).toMatchObject({ score: 0, warning: 'top-10' })
})
