import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { type Figure, quantile } from '../figures.js'
import { changeMs, proofOf } from '../panel-work.js'
import { change, createPerson, guessOf, PATH, submit } from '../people.js'
import {
  cpuMs,
  type LoggedServer,
  type Panel,
  residentMb,
  startPanel,
  startRekey,
  startSlowClients,
} from '../processes.js'

const CHANGES = 40
/** The panel commands of a change with the stored hash. */
const COMMANDS = 2
const FLOOD_CONNECTIONS = 200
const SLOW_CONNECTIONS = 10_000
const GUESSERS = 40
/** How long a flood, or the guessers, run before a person comes. */
const SETTLE_MS = 5000
const FILL_MS = 30_000
/** How long slow connections are kept up. Rekey closes each after 30 s, and it reconnects. */
const SLOW_MS = 75_000

/** One person's changes with a fast panel: alone, during a flood, alone again, and with many slow connections. */
export async function measureCrowds(): Promise<Figure[]> {
  const panel = await startPanel('fast')
  const rekey = await startRekey(panel)
  let people = 0
  await change(rekey.url, createPerson(people++), 'mailbox')
  const changeMany = async (): Promise<number> => {
    const times: number[] = []
    for (let index = 0; index < CHANGES; index++) {
      times.push(await change(rekey.url, createPerson(people++), 'mailbox'))
    }
    return quantile(times, 0.95)
  }
  const figures = [
    ...(await measureFlood(panel, rekey, changeMany)),
    ...(await measureSlow(rekey, changeMany)),
  ]
  await rekey.stop()
  await panel.stop()
  return figures
}

async function measureFlood(
  panel: Panel,
  rekey: LoggedServer,
  changeMany: () => Promise<number>,
): Promise<Figure[]> {
  const aloneMs = await changeMany()
  const guesser = createPerson(999)
  const flood = autocannon(
    {
      url: rekey.url + PATH,
      method: 'POST',
      headers: { ...guesser.headers },
      body: guessOf(guesser, 'mailbox'),
      connections: FLOOD_CONNECTIONS,
      duration: 600,
    },
    () => undefined,
  )
  await setTimeout(SETTLE_MS)
  const [beforeMs, beforeCpuMs, before] = [performance.now(), cpuMs(rekey.pid), await panel.spent()]
  await setTimeout(SETTLE_MS)
  const cores = (cpuMs(rekey.pid) - beforeCpuMs) / (performance.now() - beforeMs)
  const besideMs = await changeMany()
  const { commands } = await panel.spent()
  flood.stop()
  const [{ non2xx, duration }] = (await once(flood, 'done')) as [autocannon.Result]
  const what = `${FLOOD_CONNECTIONS} connections of refused tries`
  return [
    ratio(`${what}: 95th percentile of a person’s changes, to alone`, besideMs / aloneMs, 1.15),
    { what: `${what}: Rekey`, value: cores, unit: 'cores', goal: { atMost: 0.25 } },
    {
      what: `${what}: their panel commands`,
      value: commands - before.commands - CHANGES * COMMANDS,
      unit: '',
      goal: { atMost: 0 },
    },
    { what: `${what}: answers`, value: non2xx / duration, unit: '/s' },
  ]
}

async function measureSlow(rekey: LoggedServer, changeMany: () => Promise<number>): Promise<Figure[]> {
  const aloneMs = await changeMany()
  const beforeMb = residentMb(rekey.pid)
  const clients = await startSlowClients(rekey.url, SLOW_CONNECTIONS)
  const openedMs = performance.now()
  let mostMb = 0
  const watch = setInterval(() => {
    mostMb = Math.max(mostMb, residentMb(rekey.pid))
  }, 100)
  await setTimeout(SETTLE_MS)
  const open = await clients.open()
  const besideMs = await changeMany()
  await setTimeout(openedMs + SLOW_MS - performance.now())
  clearInterval(watch)
  await clients.stop()
  const what = '10,000 slow connections'
  return [
    { what: `${what}: open`, value: open, unit: '', goal: { atLeast: SLOW_CONNECTIONS } },
    ratio(`${what}: 95th percentile of a person’s changes, to alone`, besideMs / aloneMs, 1.15),
    { what: `${what}: most resident memory in 75 s`, value: mostMb, unit: 'MB' },
    {
      what: `${what}: for each of them`,
      value: (1000 * (mostMb - beforeMb)) / SLOW_CONNECTIONS,
      unit: 'KB',
      goal: { atMost: 100 },
    },
  ]
}

/** One person's changes with a small panel, while forty people guess below their rate limits. */
export async function measureGuessers(): Promise<Figure[]> {
  const panel = await startPanel('small')
  const rekey = await startRekey(panel)
  for (const proof of ['mailbox', 'account'] as const) await change(rekey.url, createPerson(900), proof)
  let isOn = true
  const guessing = Array.from({ length: GUESSERS }, async (_, sender) => {
    const { headers } = createPerson(sender)
    for (let index = 100 + sender; isOn; index += GUESSERS) {
      const target = createPerson(index)
      await submit(rekey.url, { ...target, headers }, guessOf(target, 'mailbox'))
    }
  })
  await setTimeout(FILL_MS)
  const figures: Figure[] = []
  for (const [index, way] of (['hash', 'account'] as const).entries()) {
    const times: number[] = []
    for (let count = 0; count < 3; count++) {
      times.push(await change(rekey.url, createPerson(910 + 10 * index + count), proofOf[way]))
    }
    const value = Math.max(...times) / changeMs('small', way)
    figures.push(
      ratio(`small: 40 addresses guess: a person’s slowest of 3 changes, ${way}, to an idle panel`, value, 2),
    )
  }
  isOn = false
  await Promise.all(guessing)
  await rekey.stop()
  await panel.stop()
  return figures
}

function ratio(what: string, value: number, atMost: number): Figure {
  return { what, value, unit: '×', goal: { atMost } }
}
