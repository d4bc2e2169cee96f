import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { StoreUnavailable } from '../../src/core/outage.js'
import type { DurableStore } from '../../src/core/recovery/durable-store.js'
import { type FolderEvent, FolderUnusable, openFolderStore } from '../../src/store/folder-store.js'
import type { FileSystem } from '../../src/store/line-file.js'
import { leaveSocket } from '../kit/left-socket.js'
import { scratchFolder } from '../kit/service.js'
import { type FileStep, steppedFs, systemError } from '../kit/stepped-fs.js'

const FILE = 'recovery.jsonl'

/** Lines as they are written. */
const GOOD = ['{"v":1,"key":"a","value":"1"}', '{"v":1,"key":"b","value":"2"}']

interface Opened {
  readonly store: DurableStore
  readonly directory: string
  readonly events: FolderEvent[]
  reopen(): Promise<Opened>
}

interface Options {
  readonly directory?: string
  readonly fs?: FileSystem
  readonly now?: () => number
  readonly maxBytes?: number
}

async function open(options: Options = {}): Promise<Opened> {
  const { directory = scratchFolder({}), now = () => 0, fs = steppedFs(() => undefined), maxBytes } = options
  const events: FolderEvent[] = []
  const report = (event: FolderEvent): void => void events.push(event)
  const limit = maxBytes === undefined ? {} : { maxBytes }
  const store = await openFolderStore(directory, { now, report, fs, ...limit })
  onTestFinished(() => store.close().catch(() => undefined))
  return {
    store,
    directory,
    events,
    async reopen() {
      await store.close()
      return await open({ ...options, directory })
    },
  }
}

/** Opens a folder whose file has this content. */
async function openWith(content: string | Uint8Array, options: Options = {}): Promise<Opened> {
  const directory = scratchFolder({})
  writeFileSync(join(directory, FILE), content)
  return await open({ ...options, directory })
}

async function valuesIn(store: DurableStore): Promise<Record<string, string>> {
  return Object.fromEntries(await store.entries(''))
}

function linesIn(directory: string): string[] {
  return readFileSync(join(directory, FILE), 'utf8').split('\n').slice(0, -1)
}

describe('a folder', () => {
  it('returns its values, also after a restart', async () => {
    const first = await open()
    await first.store.set('a', 'one')
    await first.store.set('a', 'two\nlines €')
    await first.store.set('b', 'three')
    await first.store.delete('b')
    expect(await first.store.get('a')).toBe('two\nlines €')
    const { store, events } = await first.reopen()
    expect(await store.get('a')).toBe('two\nlines €')
    expect(await store.get('b')).toBeUndefined()
    expect(events).toEqual([])
  })

  it('adds a key for one caller only, in parallel, later or after a restart', async () => {
    const first = await open()
    const { store } = first
    expect(await Promise.all([1, 2, 3].map((who) => store.add('link', `${who}`)))).toEqual([
      true,
      false,
      false,
    ])
    expect(await store.add('link', '4')).toBe(false)
    expect(await store.get('link')).toBe('1')
    expect(await (await first.reopen()).store.add('link', '5')).toBe(false)
  })

  it('adds a key again that was removed or has expired', async () => {
    let nowMs = 1000
    const { store } = await open({ now: () => nowMs })
    await store.set('removed', 'old')
    const [, isAdded] = await Promise.all([store.delete('removed'), store.add('removed', 'new')])
    expect(isAdded).toBe(true)
    expect(await store.add('timed', 'old', 2000)).toBe(true)
    expect(await store.add('timed', 'early', 3000)).toBe(false)
    nowMs = 2000
    expect(await store.add('timed', 'new', 3000)).toBe(true)
    expect(await store.get('timed')).toBe('new')
  })

  it('lists the entries with a prefix, except expired ones', async () => {
    let nowMs = 1000
    const { store } = await open({ now: () => nowMs })
    await Promise.all([
      store.set('used:1', 'a', 2000),
      store.set('used:2', 'b'),
      store.set('address:1', 'c'),
      store.set('Used:3', 'd'),
    ])
    expect(Object.fromEntries(await store.entries('used:'))).toEqual({ 'used:1': 'a', 'used:2': 'b' })
    nowMs = 2000
    expect(await store.entries('used:')).toEqual([['used:2', 'b']])
    expect(await store.get('used:1')).toBeUndefined()
  })

  it('has files that only their owner can read, even if others could read them before', async () => {
    const directory = scratchFolder({ [FILE]: '' })
    await open({ directory })
    expect(statSync(join(directory, FILE)).mode & 0o777).toBe(0o600)
  })

  it('answers nothing after it was closed, which waits for calls in progress', async () => {
    const { store, directory } = await open()
    const [, isAdded] = await Promise.all([store.set('a', '1'), store.add('b', '2'), store.close()])
    expect(isAdded).toBe(true)
    expect(linesIn(directory)).toHaveLength(2)
    for (const call of [
      () => store.get('a'),
      () => store.entries(''),
      () => store.set('a', '2'),
      () => store.add('c', '2'),
      () => store.delete('a'),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'store-unavailable', reason: 'closed' })
    }
    expect(readdirSync(directory)).toEqual([FILE])
  })
})

describe('an acknowledged write', () => {
  it('is on disk: the lines are synced first, and writes that wait together share one sync', async () => {
    const steps: string[] = []
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let reach = (): void => undefined
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    const fs = steppedFs(async ({ name }) => {
      steps.push(name)
      if (name !== `datasync ${FILE}.new`) return
      reach()
      await held
    })
    const { store } = await open({ fs })
    steps.length = 0
    const acknowledged: string[] = []
    const writes = ['a', 'b', 'c'].map((key) => store.set(key, '1').then(() => acknowledged.push(key)))
    await reached
    expect(steps).toEqual([`appendFile ${FILE}.new`, `datasync ${FILE}.new`])
    expect(acknowledged).toEqual([])
    expect(await store.get('a')).toBeUndefined()
    release()
    await Promise.all(writes)
    expect(steps).toHaveLength(4)
    expect(acknowledged).toEqual(['a', 'b', 'c'])
  })

  it('is in a file that was synced before it replaced the old one, and whose folder was synced then', async () => {
    const steps: string[] = []
    const { directory } = await open({ fs: steppedFs(({ name }) => void steps.push(name)) })
    const folder = directory.split('/').at(-1)
    expect(steps.slice(steps.indexOf(`rm ${FILE}.new`))).toEqual([
      `rm ${FILE}.new`,
      `open ${FILE}.new`,
      `appendFile ${FILE}.new`,
      `sync ${FILE}.new`,
      `rename ${FILE}.new`,
      `close ${FILE}`,
      `open ${folder}`,
      `sync ${folder}`,
      `close ${folder}`,
    ])
  })
})

it('a file that replaced another gets its first line only when its folder was synced', async () => {
  const steps: string[] = []
  const directory = scratchFolder({ [FILE]: `${GOOD[0]}\n{"torn` })
  const folder = directory.split('/').at(-1)
  let isBroken = true
  const fs = steppedFs(({ name }) => {
    steps.push(name)
    if (isBroken && name === `sync ${folder}`) throw systemError('EIO')
  })
  const { store, events } = await open({ directory, fs })
  expect(events.at(-1)).toEqual({ event: 'recovery-store-not-compacted', errorCode: 'EIO' })
  await expect(store.set('b', '2')).rejects.toMatchObject({ reason: 'EIO' })
  isBroken = false
  steps.length = 0
  await store.set('b', '2')
  expect(steps).toEqual([
    `open ${folder}`,
    `sync ${folder}`,
    `close ${folder}`,
    `appendFile ${FILE}.new`,
    `datasync ${FILE}.new`,
  ])
  expect(linesIn(directory)).toEqual(GOOD)
})

/** A write of a random run. */
interface Operation {
  readonly is: 'set' | 'add' | 'delete'
  readonly key: string
  readonly value: string
  readonly untilMs?: number | undefined
}

const operation: fc.Arbitrary<Operation> = fc.record({
  is: fc.constantFrom('set', 'add', 'delete'),
  key: fc.constantFrom('a', 'b', 'used:1', '€\n"'),
  value: fc.string({ unit: 'binary', maxLength: 20 }),
  untilMs: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
})

/** What a folder must do, in a few lines. */
class Model {
  readonly kept = new Map<string, { value: string; untilMs: number | undefined }>()

  make({ is, key, value, untilMs }: Operation, nowMs: number): boolean {
    if (is === 'add' && key in this.values(nowMs)) return false
    if (is === 'delete') this.kept.delete(key)
    else this.kept.set(key, { value, untilMs })
    return true
  }

  values(nowMs: number): Record<string, string> {
    const living = [...this.kept].filter(([, { untilMs }]) => untilMs === undefined || untilMs > nowMs)
    return Object.fromEntries(living.map(([key, { value }]) => [key, value]))
  }
}

async function make(store: DurableStore, { is, key, value, untilMs }: Operation): Promise<boolean> {
  if (is === 'add') return await store.add(key, value, untilMs)
  await (is === 'set' ? store.set(key, value, untilMs) : store.delete(key))
  return true
}

it('a folder behaves like a simple model for all writes, parallel or serial, over restarts and as time passes', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.array(operation, { minLength: 1, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constant('restart' as const) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
      let nowMs = 0
      let opened = await open({ now: () => nowMs })
      const model = new Model()
      for (const next of steps) {
        if (next === 'restart') opened = await opened.reopen()
        else if (typeof next === 'number') nowMs += next
        else {
          const done = await Promise.all(next.map((each) => make(opened.store, each)))
          expect(done).toEqual(next.map((each) => model.make(each, nowMs)))
        }
        expect(await valuesIn(opened.store)).toEqual(model.values(nowMs))
      }
      expect(opened.events).toEqual([])
      await opened.store.close()
    }),
    { numRuns: 60 },
  )
})

it('a file that was cut at any byte has all acknowledged lines before, and the cut line is reported', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (operations, at) => {
        const { store, directory } = await open()
        const path = join(directory, FILE)
        const model = new Model()
        const known = [{ bytes: 0, values: {} }]
        for (const each of operations) {
          await make(store, each)
          model.make(each, 0)
          known.push({ bytes: statSync(path).size, values: model.values(0) })
        }
        const whole = readFileSync(path)
        await store.close()
        const cut = whole.subarray(0, Math.round(at * whole.length))
        const expected = known.findLast(({ bytes }) => bytes <= cut.length)
        const next = await openWith(cut)
        expect(await valuesIn(next.store)).toEqual(expected?.values)
        expect(next.events.length > 0).toBe(expected?.bytes !== cut.length)
        await next.store.set('next', 'line')
        const last = await next.reopen()
        expect(await valuesIn(last.store)).toEqual({ ...expected?.values, next: 'line' })
        expect(last.events).toEqual([])
        await last.store.close()
      },
    ),
    { numRuns: 60 },
  )
})

it.each([
  ['garbage', 'garbage'],
  ['nothing', ''],
  ['a line that was cut', '{"v":1,"key":"a","val'],
  ['another shape', '{"v":1,"key":"a","value":5}'],
  ['a member that nobody knows', '{"v":1,"key":"a","value":"9","more":1}'],
  ['a list', '["a","9"]'],
  ['no version', '{"key":"a","value":"9"}'],
  ['an older version', '{"v":0,"key":"a","value":"9"}'],
  ['invalid UTF-8', Buffer.from('{"v":1,"key":"a","value":"\xff"}', 'latin1')],
  ['a zeroed block', Buffer.alloc(600)],
])('a damaged line (%s) is skipped, reported only by its number, and then gone', async (_what, line) => {
  const [before = '', after = ''] = GOOD
  const content = Buffer.concat([before, '\n', line, '\n', after, '\n'].map((part) => Buffer.from(part)))
  const opened = await openWith(content)
  expect(await valuesIn(opened.store)).toEqual({ a: '1', b: '2' })
  expect(opened.events).toEqual([{ event: 'recovery-store-damaged', count: 1, lines: [2] }])
  expect((await opened.reopen()).events).toEqual([])
})

it('of many damaged lines, the first ten and the number of all are reported', async () => {
  const { events } = await openWith('garbage\n'.repeat(1000))
  expect(events).toEqual([
    { event: 'recovery-store-damaged', count: 1000, lines: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  ])
})

it('a file of a newer version is refused with its own code, and left unchanged', async () => {
  const directory = scratchFolder({ [FILE]: `${GOOD[0]}\n{"v":2,"anything":["else"]}\n` })
  const before = readFileSync(join(directory, FILE))
  await expect(open({ directory })).rejects.toEqual(new FolderUnusable('recovery-store-newer'))
  expect(readFileSync(join(directory, FILE))).toEqual(before)
  expect(readdirSync(directory)).toEqual([FILE])
})

it.each([
  // Node's error for a socket in a missing folder.
  ['nowhere/at/all', 'EACCES'],
  [`${FILE}/is/a/file`, 'ENOTDIR'],
])('a folder that can’t be used (%s) is refused with the system’s code', async (path, errorCode) => {
  const directory = join(scratchFolder({ [FILE]: '' }), path)
  await expect(open({ directory })).rejects.toMatchObject({ code: 'recovery-store-unusable', errorCode })
})

describe('a growing file', () => {
  const BIG = 'x'.repeat(100_000)

  it('is compacted while the process runs, with all its values', async () => {
    const opened = await open()
    const path = join(opened.directory, FILE)
    await opened.store.set('kept', 'small')
    for (let index = 0; index < 60; index++) await opened.store.set('big', `${index} ${BIG}`)
    expect(statSync(path).size).toBeLessThan(2_000_000)
    const { store } = await opened.reopen()
    expect(await valuesIn(store)).toEqual({ kept: 'small', big: `59 ${BIG}` })
  })

  it('drops expired values', async () => {
    let nowMs = 0
    const opened = await open({ now: () => nowMs })
    for (let index = 0; index < 60; index++) {
      await opened.store.set(`used:${index}`, BIG, index + 1)
      nowMs = index
    }
    expect(statSync(join(opened.directory, FILE)).size).toBeLessThan(2_000_000)
    nowMs = 100
    const { directory } = await opened.reopen()
    expect(linesIn(directory)).toEqual([])
  })

  it('continues if it can’t be compacted, and reports that', async () => {
    let isFull = false
    const fs = steppedFs(({ name }) => {
      if (isFull && name === `sync ${FILE}.new`) throw systemError('ENOSPC')
    })
    const opened = await open({ fs })
    isFull = true
    for (let index = 0; index < 25; index++) await opened.store.set('big', `${index} ${BIG}`)
    expect(opened.events).toEqual([
      { event: 'recovery-store-not-compacted', errorCode: 'ENOSPC' },
      { event: 'recovery-store-not-compacted', errorCode: 'ENOSPC' },
    ])
    expect(readdirSync(opened.directory).toSorted()).toEqual(['recovery.jsonl', 'recovery.lock'])
    expect(await opened.store.checkReadiness()).toEqual([])
    const next = await opened.reopen()
    expect(next.events).toHaveLength(1)
    expect(await valuesIn(next.store)).toEqual({ big: `24 ${BIG}` })
    await next.store.set('b', '2')
    isFull = false
    expect(Object.keys(await valuesIn((await next.reopen()).store))).toEqual(['big', 'b'])
  })

  it('refuses values without room, never drops valid ones, and continues when something expires', async () => {
    let nowMs = 0
    const { store, events } = await open({ now: () => nowMs, maxBytes: 200 })
    expect(await store.add('used:1', 'x'.repeat(60), 10)).toBe(true)
    await store.set('kept', 'x'.repeat(20))
    const refusal = { code: 'store-unavailable', reason: 'full' }
    await expect(store.add('used:2', 'x'.repeat(60), 20)).rejects.toMatchObject(refusal)
    expect(await store.add('used:1', 'again', 20)).toBe(false)
    await store.delete('used:3')
    for (let check = 0; check < 3; check++) {
      expect(await store.checkReadiness()).toEqual([{ code: 'recovery-store-unavailable', reason: 'full' }])
      await setImmediate()
    }
    nowMs = 10
    expect(await store.add('used:2', 'x'.repeat(60), 20)).toBe(true)
    expect(events).toEqual([
      { event: 'recovery-store-failed', reason: 'full' },
      { event: 'recovery-store-ready' },
    ])
  })
})

describe('a failing disk', () => {
  /** Opens a folder whose steps fail when `fails` says so, with half of the text written. */
  function failing(fails: (step: FileStep) => boolean): FileSystem {
    return steppedFs(async (step) => {
      if (!fails(step)) return
      await step.addHalf()
      throw systemError('ENOSPC')
    })
  }

  it('changes nothing and damages no line, whichever step fails and whatever comes next', async () => {
    const writes: Operation[] = ['a', 'b', 'c', 'a', 'd'].map((key, at) => ({
      is: 'set',
      key,
      value: `${at}`,
    }))
    const names = new Set<string>()
    let steps = 0
    for (let failAt = 1; failAt === 1 || steps >= failAt - 1; failAt++) {
      steps = 0
      const directory = scratchFolder({ [FILE]: `${GOOD[1]}\n{"torn` })
      const fs = failing(({ name }) => {
        steps++
        if (steps === failAt) names.add(name)
        return steps === failAt
      })
      const model = new Model()
      model.make({ is: 'set', key: 'b', value: '2' }, 0)
      const opened = await open({ directory, fs }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'recovery-store-unusable', errorCode: 'ENOSPC' })
      })
      for (const each of opened ? writes : []) {
        const isDone = await make(opened?.store as DurableStore, each).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'store-unavailable', reason: 'ENOSPC' })
          return false
        })
        if (isDone) model.make(each, 0)
        expect(await valuesIn(opened?.store as DurableStore)).toEqual(model.values(0))
      }
      await opened?.store.close().catch(() => undefined)
      const next = await open({ directory })
      expect([failAt, await valuesIn(next.store)]).toEqual([failAt, model.values(0)])
      await next.store.close()
    }
    for (const step of ['open', 'appendFile', 'sync', 'rename'])
      expect(names).toContain(`${step} ${FILE}.new`)
    expect(names).toContain(`datasync ${FILE}.new`)
  })

  it('is not ready, and accepts writes again when there is room, which the next checks find out', async () => {
    let isFull = false
    const opened = await open({ fs: failing(({ name }) => isFull && name.startsWith('appendFile')) })
    const { store, events } = opened
    isFull = true
    for (const each of [store.set('a', '1'), store.add('b', '1')]) {
      await expect(each).rejects.toThrow(StoreUnavailable)
    }
    const fault = { code: 'recovery-store-unavailable', reason: 'ENOSPC' }
    expect(await store.checkReadiness()).toEqual([fault])
    // It waits for what the check tried.
    await expect(store.delete('nothing')).rejects.toThrow(StoreUnavailable)
    expect(await store.checkReadiness()).toEqual([fault])
    isFull = false
    await expect.poll(store.checkReadiness).toEqual([])
    await store.set('a', '2')
    expect(events).toEqual([
      { event: 'recovery-store-failed', reason: 'ENOSPC' },
      { event: 'recovery-store-ready' },
    ])
    expect(await valuesIn((await opened.reopen()).store)).toEqual({ a: '2' })
  })

  it('gets no writes until a half-made one could be removed', async () => {
    let isBroken = false
    const opened = await open({
      fs: failing(({ name }) => isBroken && /^(?:appendFile|truncate)/.test(name)),
    })
    isBroken = true
    await expect(opened.store.set('a', '1')).rejects.toThrow(StoreUnavailable)
    await expect(opened.store.set('b', '1')).rejects.toThrow(StoreUnavailable)
    isBroken = false
    await opened.store.set('c', '1')
    const next = await opened.reopen()
    expect(next.events).toEqual([])
    expect(await valuesIn(next.store)).toEqual({ c: '1' })
  })
})

describe('a folder in use by a process', () => {
  it('is refused to another with its own code, until the first has closed it', async () => {
    const first = await open()
    const { directory } = first
    await expect(open({ directory })).rejects.toMatchObject({ code: 'recovery-store-locked' })
    await first.store.set('a', '1')
    await first.store.close()
    expect(await valuesIn((await open({ directory })).store)).toEqual({ a: '1' })
  })

  it('is given to one of several that find the lock of a dead process', async () => {
    const directory = scratchFolder({})
    await leaveSocket(join(directory, 'recovery.lock'))
    const opened = await Promise.allSettled(Array.from({ length: 8 }, () => open({ directory })))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of opened) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'recovery-store-locked' })
    }
  })

  it('is not written any more when its lock was removed, and not unlocked when the earlier holder ends', async () => {
    const first = await open()
    const { directory } = first
    rmSync(join(directory, 'recovery.lock'))
    const second = await open({ directory })
    await expect(first.store.set('a', '1')).rejects.toMatchObject({ reason: 'lock-lost' })
    expect(await first.store.checkReadiness()).toEqual([
      { code: 'recovery-store-unavailable', reason: 'lock-lost' },
    ])
    await first.store.close()
    await second.store.set('b', '1')
    await expect(open({ directory })).rejects.toMatchObject({ code: 'recovery-store-locked' })
    expect(await valuesIn((await second.reopen()).store)).toEqual({ b: '1' })
  })

  it('is left unlocked if it could not be opened', async () => {
    const directory = scratchFolder({})
    mkdirSync(join(directory, FILE))
    await expect(open({ directory })).rejects.toMatchObject({ errorCode: 'EISDIR' })
    rmSync(join(directory, FILE), { recursive: true })
    await open({ directory })
  })
})
