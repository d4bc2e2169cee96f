import { expect, it, vi } from 'vitest'
import { PanelFault } from '../../src/core/panel-port.js'
import { createDeadline } from '../../src/lib/deadline.js'
import type { Pace } from '../../src/panel/pace.js'
import { createPanelQueue, type Place } from '../../src/panel/queue.js'
import { createTestClock } from '../kit/clock.js'

/** A panel with this limit of parallel commands. Each takes a second alone, and longer the more run in parallel. */
function paceOf(limit: number): Pace {
  return {
    learn: () => undefined,
    aloneMs: () => 1000,
    expectedMs: (_command, beside) => 1000 * beside,
    meanMs: () => 1000,
    limit: () => limit,
    capacity: () => limit,
  }
}

/** A queue whose commands end when a test says so. */
function startQueue(limit = 1, maxWaiting = 100) {
  const clock = createTestClock()
  const queue = createPanelQueue(paceOf(limit), maxWaiting, clock)
  const begun: string[] = []
  const ends = new Map<string, () => void>()

  function enter(
    clientAddress: string,
    plan = ['question'],
    timeoutMs = 60_000,
    isLast = false,
    isProvenElsewhere = false,
    domain = 'example.org',
  ): Place {
    const deadline = createDeadline(timeoutMs, clock)
    return queue.enter({ clientAddress, domain, plan, isLast, isProvenElsewhere, deadline })
  }

  return {
    clock,
    queue,
    begun,
    enter,
    /** An attempt of this sender enters, has its turn and leaves. */
    async haveTurn(clientAddress: string): Promise<void> {
      const place = enter(clientAddress)
      await place.takeTurn()
      place.leave('not-needed')
    },
    /** Sends a command, which starts in its turn. Returns its result. */
    ask(place: Pick<Place, 'run'>, name: string, command = 'question', timeoutMs = 60_000): Promise<string> {
      const work = { command, deadline: createDeadline(timeoutMs, clock), mustFit: command === 'change' }
      const result = place.run(work, async () => {
        begun.push(name)
        await new Promise<void>((end) => void ends.set(name, end))
        return name
      })
      result.catch(() => undefined)
      return result
    },
    async end(name: string): Promise<void> {
      await settle()
      ends.get(name)?.()
      await settle()
    },
  }
}

const settle = (): Promise<void> => new Promise(setImmediate)

it('the first turn is that of a proven attempt, however late it came', async () => {
  const { queue, enter, ask, end, begun } = startQueue()
  void ask(queue.background, 'watching')
  const first = enter('203.0.113.1')
  const second = enter('203.0.113.2', ['change'])
  void ask(first, 'first')
  second.prove()
  void ask(second, 'change of the second', 'change')
  await end('watching')
  await end('change of the second')
  expect(begun).toEqual(['watching', 'change of the second', 'first'])
})

it('the next turn is that of an attempt that has begun', async () => {
  const { enter, ask, end, begun } = startQueue()
  const first = enter('203.0.113.1')
  void ask(first, 'first')
  await settle()
  void ask(enter('203.0.113.2'), 'second')
  void ask(first, 'first again')
  await end('first')
  await end('first again')
  expect(begun).toEqual(['first', 'first again', 'second'])
})

it('turns go round the senders, so one who sends much holds up nobody', async () => {
  const { enter, ask, end, begun, clock } = startQueue()
  const places = [0, 1, 2].map(() => enter('203.0.113.1'))
  for (const [index, place] of places.entries()) void ask(place, `flood ${index}`)
  await settle()
  clock.advance(1)
  void ask(enter('203.0.113.2'), 'person')
  places[0]?.leave('not-needed')
  await end('flood 0')
  await end('person')
  expect(begun).toEqual(['flood 0', 'person', 'flood 1'])
})

it('each sender has one attempt at a time, even if there is room for more', async () => {
  const { enter, ask, begun } = startQueue(3)
  void ask(enter('2001:db8::1'), 'one')
  void ask(enter('2001:db8::2'), 'another of the same network')
  void ask(enter('2001:db8:0:1::1'), 'one of the next network')
  await settle()
  expect(begun).toEqual(['one', 'one of the next network'])
})

it('attempts that come last stay behind all others until they have begun', async () => {
  const { enter, ask, end, begun } = startQueue()
  const last = enter('203.0.113.1', undefined, undefined, true)
  void ask(enter('203.0.113.2'), 'first')
  void ask(last, 'last')
  void ask(enter('203.0.113.3'), 'second')
  await end('first')
  await end('second')
  void ask(enter('203.0.113.4'), 'too late')
  void ask(last, 'last again')
  await end('last')
  expect(begun).toEqual(['first', 'second', 'last', 'last again'])
})

it('an attempt takes its turn once, with or without a command, and learns when that was', async () => {
  const { enter, ask, end, begun, clock } = startQueue()
  void ask(enter('203.0.113.1'), 'first')
  const place = enter('203.0.113.2')
  const turn = place.takeTurn()
  void ask(enter('203.0.113.3'), 'next')
  clock.advance(1000)
  await end('first')
  expect(await turn).toBe(1000)
  expect(begun).toEqual(['first', 'next'])
  clock.advance(1000)
  expect(await place.takeTurn()).toBe(1000)
})

it.each(['sends its next command', 'leaves', 'has sent none for a quarter of a second'] as const)(
  'an attempt whose command was answered keeps its room from unproven ones until it %s',
  async (what) => {
    const { enter, ask, end, begun } = startQueue()
    const first = enter('203.0.113.1', ['question', 'change'])
    void ask(first, 'first')
    void ask(enter('203.0.113.2'), 'second')
    await end('first')
    expect(begun).toEqual(['first'])
    if (what === 'leaves') first.leave('not-needed')
    else if (what === 'sends its next command') {
      void ask(first, 'change', 'change')
      await end('change')
    } else await vi.waitUntil(() => begun.includes('second'))
    await settle()
    expect(begun.at(-1)).toBe('second')
  },
)

it.each([
  ['of its domain', undefined, ['change', 'next change', 'guess']],
  ['of another domain', 'example.com', ['change', 'guess', 'next change']],
] as const)(
  'room is kept after a change for the next one %s that was proven, if it waits only for that',
  async (_what, domain, order) => {
    const { enter, ask, end, begun } = startQueue()
    const first = enter('203.0.113.1', ['change'])
    const next = enter('203.0.113.2', ['change'], undefined, undefined, undefined, domain)
    for (const place of [first, next]) place.prove()
    void ask(first, 'change', 'change')
    void ask(enter('203.0.113.3'), 'guess')
    await end('change')
    void ask(next, 'next change', 'change')
    for (const name of order.slice(1, 2)) await end(name)
    await settle()
    expect(begun).toEqual(order)
  },
)

it('an attempt that has left before its command was answered keeps no room', async () => {
  const { enter, ask, end, begun } = startQueue()
  const first = enter('203.0.113.1', ['question', 'change'])
  void ask(first, 'first')
  void ask(enter('203.0.113.2'), 'second')
  await settle()
  first.leave('caller-gone')
  await end('first')
  expect(begun).toEqual(['first', 'second'])
})

it('a proven attempt waits for no room that another keeps', async () => {
  const { enter, ask, end, begun } = startQueue()
  const [first, proven] = [enter('203.0.113.1', ['question', 'change']), enter('203.0.113.2')]
  void ask(first, 'first')
  await end('first')
  proven.prove()
  void ask(proven, 'change', 'change')
  await settle()
  expect(begun).toEqual(['first', 'change'])
})

it.each([
  [1999, ['change']],
  [2000, ['change', 'beside']],
])('nothing starts beside a change that would make it late: with %i ms left', async (leftMs, expected) => {
  const { enter, ask, end, begun } = startQueue(2)
  void ask(enter('203.0.113.1'), 'change', 'change', leftMs)
  void ask(enter('203.0.113.2'), 'beside')
  await settle()
  expect(begun).toEqual(expected)
  await end('change')
  expect(begun).toEqual(['change', 'beside'])
})

it('beside a change that is already late, the next command starts', async () => {
  const { enter, ask, begun, clock, queue } = startQueue(2)
  void ask(enter('203.0.113.1'), 'change', 'change', 1500)
  await settle()
  clock.advance(1501)
  void ask(queue.background, 'beside')
  await settle()
  expect(begun).toEqual(['change', 'beside'])
})

it.each([
  [499, 'change'],
  [501, 'panel-busy: waited-too-long'],
])(
  'a change that is too slow beside others waits for them: if they end after %i ms it ends with %s',
  async (afterMs, ended) => {
    const { enter, ask, end, clock } = startQueue(2)
    void ask(enter('203.0.113.1'), 'question')
    await settle()
    const change = ask(enter('203.0.113.2'), 'change', 'change', 1500).catch(({ message }) => message)
    clock.advance(afterMs)
    await end('question')
    await end('change')
    expect(await change).toBe(ended)
  },
)

it('the last turn is that of background work', async () => {
  const { queue, enter, ask, end, begun } = startQueue()
  void ask(queue.background, 'watching')
  void ask(queue.background, 'watching again')
  void ask(enter('203.0.113.1'), 'person')
  await end('watching')
  await end('person')
  expect(begun).toEqual(['watching', 'person', 'watching again'])
})

it('an attempt that does not fit into its time is refused at once, with the time when it may', () => {
  const { enter } = startQueue()
  const plan = ['question', 'change']
  for (let sender = 1; sender <= 5; sender++) enter(`203.0.113.${sender}`, plan)
  // Ten commands come before it. They are expected to take a tenth longer, and it has two.
  expect(() => enter('203.0.113.9', plan, 12_000)).toThrow(
    expect.objectContaining({ code: 'panel-busy', reason: 'no-time', retryAfterMs: 1000 }),
  )
  expect(() => enter('203.0.113.9', plan, 13_000)).not.toThrow()
})

it('an attempt counts the changes of its domain as serial, and those of others as parallel', () => {
  const { enter } = startQueue(4)
  for (let sender = 1; sender <= 8; sender++) enter(`203.0.113.${sender}`, ['change'])
  const enterIn = (domain: string, timeoutMs: number) => () =>
    enter('203.0.113.9', ['change'], timeoutMs, false, false, domain)
  // Two seconds and a tenth, and its own.
  expect(enterIn('example.com', 3300)).not.toThrow()
  // Eight and a tenth, and its own.
  expect(enterIn('example.org', 8800)).toThrow(
    expect.objectContaining({ reason: 'no-time', retryAfterMs: expect.closeTo(1000, 3) }),
  )
})

it('an attempt that comes last counts all others before it, and none counts it', () => {
  const { enter } = startQueue()
  for (let index = 0; index < 9; index++) enter('203.0.113.1')
  enter('203.0.113.2', undefined, undefined, true)
  // The first of the other sender’s and a tenth, and its own.
  expect(() => enter('203.0.113.9', undefined, 2100)).not.toThrow()
  // All eleven and a tenth, and its own.
  expect(() => enter('203.0.113.8', undefined, 12_100, true)).toThrow(
    expect.objectContaining({ reason: 'no-time', retryAfterMs: expect.closeTo(1000, 3) }),
  )
})

it('an attempt that is proven elsewhere takes no panel time before that', () => {
  const { enter } = startQueue()
  const places = [1, 2, 3, 4].map((sender) =>
    enter(`203.0.113.${sender}`, ['change'], undefined, false, true),
  )
  expect(() => enter('203.0.113.9', ['change'], 1500)).not.toThrow()
  for (const place of places) place.prove()
  expect(() => enter('203.0.113.10', ['change'], 1500)).toThrow(
    expect.objectContaining({ reason: 'no-time' }),
  )
})

it('an attempt is admitted if nobody waits, however slow the panel was', () => {
  const { enter } = startQueue()
  expect(() => enter('203.0.113.9', ['question', 'change'], 1000)).not.toThrow()
})

it('an attempt of a sender who already waits counts only what comes before it of the others', () => {
  const { enter } = startQueue()
  for (let index = 0; index < 5; index++) enter('203.0.113.1')
  expect(() => enter('203.0.113.9', ['question', 'change'], 4000)).not.toThrow()
})

it('an attempt that has left sends no more commands', async () => {
  const { enter, ask, end, begun } = startQueue()
  const first = enter('203.0.113.1')
  const second = enter('203.0.113.2')
  void ask(first, 'first')
  const waiting = ask(second, 'second')
  await settle()
  second.leave('not-needed')
  await expect(waiting).rejects.toMatchObject({ code: 'panel-busy', reason: 'not-needed' })
  await expect(ask(second, 'later')).rejects.toBeInstanceOf(PanelFault)
  await end('first')
  expect(begun).toEqual(['first'])
})

it('an attempt whose deadline passes while it waits is not sent', async () => {
  const { enter, ask, end, begun, clock } = startQueue()
  void ask(enter('203.0.113.1'), 'first')
  const second = ask(enter('203.0.113.2'), 'second', 'question', 5000)
  await settle()
  clock.advance(5000)
  await end('first')
  await expect(second).rejects.toMatchObject({ code: 'panel-busy', reason: 'waited-too-long' })
  expect(begun).toEqual(['first'])
})

it('an attempt has room beside it only if nobody waits and the panel runs that many in parallel', async () => {
  const { enter, ask } = startQueue(2)
  const place = enter('203.0.113.1')
  expect([place.hasRoom(2), place.hasRoom(3)]).toEqual([true, false])
  void ask(enter('203.0.113.2'), 'other')
  await settle()
  expect([place.hasRoom(1), place.hasRoom(2)]).toEqual([true, false])
})

it('an attempt has no room while another one of its sender is being proven, since it must wait for that', async () => {
  const { enter, ask } = startQueue(3)
  const [first, second, other] = ['203.0.113.1', '203.0.113.1', '203.0.113.2'].map((sender) => enter(sender))
  if (first) void ask(first, 'first')
  await settle()
  expect([first, second, other].map((place) => place?.hasRoom(2))).toEqual([true, false, true])
  first?.prove()
  expect(second?.hasRoom(2)).toBe(true)
})

it('a full queue accepts no more commands', async () => {
  const { enter, ask, end } = startQueue(1, 1)
  const places = [1, 2, 3].map((sender) => enter(`203.0.113.${sender}`))
  const asked = places.map((place, index) => ask(place, `${index}`))
  await expect(asked[2]).rejects.toMatchObject({ code: 'panel-busy', reason: 'queue-full' })
  await end('0')
  await end('1')
  expect(await Promise.all(asked.slice(0, 2))).toEqual(['0', '1'])
})

it('a full queue refuses the newest command of the sender with the most, not the one that comes', async () => {
  const { enter, ask, end } = startQueue(1, 2)
  const flood = [1, 2, 3].map((number) => ask(enter('203.0.113.1'), `flood ${number}`))
  await settle()
  const person = ask(enter('203.0.113.2'), 'person')
  await expect(flood[2]).rejects.toMatchObject({ code: 'panel-busy', reason: 'queue-full' })
  for (const name of ['flood 1', 'person']) await end(name)
  expect(await person).toBe('person')
})

it('a full queue still accepts the commands of an attempt that has begun', async () => {
  const { enter, ask, end, begun } = startQueue(1, 1)
  const first = enter('203.0.113.1')
  void ask(first, 'first')
  await settle()
  void ask(enter('203.0.113.2'), 'second')
  const change = ask(first, 'change of the first', 'change')
  await end('first')
  await end('change of the first')
  expect(await change).toBe('change of the first')
  expect(begun).toEqual(['first', 'change of the first', 'second'])
})

it('a full queue refuses no change of an attempt that was proven elsewhere, however many there are', async () => {
  const { enter, ask, end, begun } = startQueue(1, 1)
  void ask(enter('203.0.113.1'), 'first')
  await settle()
  const changes = [1, 2].map((number) => {
    const proven = enter('203.0.113.2', ['change'], undefined, false, true)
    proven.prove()
    return ask(proven, `change ${number}`, 'change')
  })
  await expect(ask(enter('203.0.113.3'), 'guess')).rejects.toMatchObject({ reason: 'queue-full' })
  for (const name of ['first', 'change 1', 'change 2']) await end(name)
  expect(await Promise.all(changes)).toEqual(['change 1', 'change 2'])
  expect(begun).toEqual(['first', 'change 1', 'change 2'])
})

it('a command that fails gives its place to the next', async () => {
  const { queue, clock, begun } = startQueue()
  const work = { command: 'question', deadline: createDeadline(1000, clock), mustFit: false }
  const fails = queue.background.run(work, () => Promise.reject(new Error('fault')))
  const next = queue.background.run(work, async () => void begun.push('next'))
  await expect(fails).rejects.toThrow('fault')
  await next
  expect(begun).toEqual(['next'])
  expect([queue.running(), queue.waiting()]).toEqual([0, 0])
})

it('a sender without a turn for a quarter of an hour is like one who had none', async () => {
  const { haveTurn, enter, ask, end, begun, clock, queue } = startQueue()
  await haveTurn('203.0.113.1')
  clock.advance(15 * 60_000 + 1)
  void ask(queue.background, 'watching')
  void ask(enter('203.0.113.1'), 'first')
  void ask(enter('198.51.100.1'), 'had no turn')
  await end('watching')
  await end('first')
  expect(begun).toEqual(['watching', 'first', 'had no turn'])
})

it('a sender with a recent turn comes after one whose turn was earlier', async () => {
  const { haveTurn, enter, ask, end, begun, clock, queue } = startQueue()
  for (const sender of ['203.0.113.1', '203.0.113.2']) {
    await haveTurn(sender)
    clock.advance(1)
  }
  void ask(queue.background, 'watching')
  void ask(enter('203.0.113.2'), 'second')
  void ask(enter('203.0.113.1'), 'first')
  await end('watching')
  await end('first')
  expect(begun).toEqual(['watching', 'first', 'second'])
})

it('all waiting commands are rejected with the given fault, and running ones go on', async () => {
  const { queue, enter, ask, end, begun } = startQueue()
  const runs = ask(enter('203.0.113.1'), 'runs')
  const waits = [ask(enter('203.0.113.2'), 'waits'), ask(queue.background, 'watching')]
  await settle()
  queue.turnAway(new PanelFault('panel-unavailable', 'left-alone'))
  expect([queue.running(), queue.waiting()]).toEqual([1, 0])
  await end('runs')
  expect(await runs).toBe('runs')
  for (const waited of waits) await expect(waited).rejects.toThrow('left-alone')
  expect(begun).toEqual(['runs'])
})
