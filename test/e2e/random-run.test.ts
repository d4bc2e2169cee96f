import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createRandom, type Random } from '../service/model/random.js'
import { createDomains, createPeople, type Domain, type People } from './model/people.js'
import { type Weather, weathers } from './model/weather.js'
import {
  expectNotifications,
  expectWholeLog,
  type Instance,
  panelSpeeds,
  startWorld,
  type World,
} from './model/world.js'

/** At least this many, and each fault at least once. 20,000 in `npm run test:long`. */
const OPERATIONS = Number(process.env.REKEY_TEST_OPERATIONS ?? 400)
const seed = Number(process.env.REKEY_TEST_SEED ?? randomInt(2 ** 31))

const DOMAINS = 60
/** How many batches of wishes run at once. */
const WORKERS = 10

/** A fault lasts for this many operations, and at least for one of these times (ms). */
const WEATHER_OPERATIONS = 10
const WEATHER_MS = [50, 300, 1000] as const

/** How many operations run on a slow panel before a fault begins. */
const SLOW_OPERATIONS = 10

/** After the end of a fault. */
const WORKS_WITHIN_MS = 10_000

/** Requests changes one after another until it is stopped. */
async function work(people: People, domains: Domain[], random: Random, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const idle = domains.filter(({ inDoubtUntilMs }) => inDoubtUntilMs < performance.now())
    const domain = random.oneOf(idle.length > 0 && random.chance(0.95) ? idle : domains)
    domains.splice(domains.indexOf(domain), 1)
    await people.wishAtOnce(domain)
    domains.push(domain)
  }
}

/** Tries wrong passwords one after another. */
async function guess(people: People, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await people.guess()
    await setTimeout(50)
  }
}

async function passThrough(weather: Weather, world: World, people: People, random: Random): Promise<void> {
  const { panelClock, instances } = world
  if (random.chance(0.5)) {
    panelClock.speed = panelSpeeds.slow
    await untilSent(people, SLOW_OPERATIONS)
  }
  const end = await weather.begin(world, random)
  people.disturbs = weather.disturbs ?? false
  await setTimeout(random.oneOf(WEATHER_MS))
  await untilSent(people, WEATHER_OPERATIONS)
  people.disturbs = false
  panelClock.speed = panelSpeeds.usual
  await end()
  await Promise.all(instances.map((instance) => expectRecovery(instance, people, weather.name)))
}

/** Waits until this many more were sent. */
async function untilSent(people: People, operations: number): Promise<void> {
  const end = people.sent + operations
  while (people.sent < end) await setTimeout(5)
}

async function expectRecovery(instance: Instance, people: People, message: string): Promise<void> {
  const endMs = performance.now() + WORKS_WITHIN_MS
  while (!(await people.tryRightChange(instance))) expect(performance.now(), message).toBeLessThan(endMs)
  const { store, log } = instance
  const faults = async () => [...(await store.checkReadiness()), ...(await log.checkReadiness())]
  await expect.poll(faults, { timeout: WORKS_WITHIN_MS, message }).toEqual([])
}

it(
  `two instances that share a Redis answer truly and lose nothing, whatever happens (REKEY_TEST_SEED=${seed})`,
  async () => {
    const random = createRandom(seed)
    const world = await startWorld(DOMAINS)
    const people = createPeople(world, random)
    const domains = createDomains(world, DOMAINS)
    let isOver = false
    const changeWeather = async (): Promise<void> => {
      do {
        for (const weather of random.shuffled(weathers)) await passThrough(weather, world, people, random)
      } while (people.sent < OPERATIONS)
      isOver = true
    }
    const workers = Array.from({ length: WORKERS }, () => work(people, domains, random, () => isOver))
    try {
      await Promise.all([changeWeather(), guess(people, () => isOver), ...workers])
    } finally {
      isOver = true
    }

    for (const { service } of world.instances) await service.app.drain()
    expectNotifications(world)
    for (const instance of world.instances) {
      await expectWholeLog(instance)
      expect(instance.service.logText()).not.toMatch(/new [\w-]{20}|mail pw|panel pw/)
    }
    expect([...people.codes.keys()]).toEqual(
      expect.arrayContaining(['changed', 'invalid-credentials', 'store-unavailable']),
    )
  },
  120_000 + OPERATIONS * 120,
)
