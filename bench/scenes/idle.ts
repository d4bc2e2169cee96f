import type { MachineName } from '../../test/panel-simulator/server/command-costs.js'
import { type Figure, median } from '../figures.js'
import { changeMs, comparedToFormer, firstChangeMs, proofOf, WAYS, type Way } from '../panel-work.js'
import { change, createPerson, guessOf, submit } from '../people.js'
import { type Panel, startPanel, startRekey, startRekeyWithImap, startRival } from '../processes.js'

const STARTS = 3
const CHANGES = 5
const GUESSES = 2

/** How long Hestia's own endpoint needs for a change on a small machine (docs/hestia.md, "What a call costs"). */
const OWN_ENDPOINT_MS = 1450
const RIVAL_GOALS = { small: 1.35, fast: 1.05 }

/** The measurements of one way to prove a change. */
interface Measured {
  /** Of the first change after each start. */
  readonly coldMs: number[]
  /** Of the other changes. */
  readonly warmMs: number[]
  /** The panel's work for each of the other changes, and for each refused guess. */
  readonly workMs: number[]
  readonly guessWorkMs: number[]
}

/** One change at a time, and nothing else running. */
export async function measureIdle(machine: MachineName): Promise<Figure[]> {
  const panel = await startPanel(machine)
  const measured: Record<Way, Measured> = { hash: nothing(), imap: nothing(), account: nothing() }
  const straightforwardMs: number[] = []
  let people = 0

  for (let start = 1; start <= STARTS; start++) {
    const services = await startServices(panel)
    for (const way of WAYS) {
      measured[way].coldMs.push(await change(services[way].url, createPerson(people++), proofOf[way]))
    }
    if (start === STARTS) await measureWarm(services)
    for (const service of Object.values(services)) await service.stop()
  }
  await panel.stop()
  return [
    ...WAYS.flatMap((way) => figuresOf(machine, way, measured[way])),
    {
      what: `${machine}: one change, account, to a straightforward service`,
      value: median(measured.account.warmMs) / median(straightforwardMs),
      unit: '×',
      goal: { atMost: RIVAL_GOALS[machine] },
    },
  ]

  async function measureWarm(services: Awaited<ReturnType<typeof startServices>>): Promise<void> {
    const straightforward = await startRival('straightforward', panel)
    await change(straightforward.url, createPerson(people++), 'account')
    for (let index = 0; index < CHANGES; index++) {
      straightforwardMs.push(await change(straightforward.url, createPerson(people++), 'account'))
      for (const way of WAYS) {
        const { warmMs, workMs } = measured[way]
        const before = await panel.spent()
        warmMs.push(await change(services[way].url, createPerson(people++), proofOf[way]))
        workMs.push((await panel.spent()).workMs - before.workMs)
      }
    }
    for (const way of WAYS) {
      for (let index = 0; index < GUESSES; index++) {
        const guesser = createPerson(people++)
        const before = await panel.spent()
        await submit(services[way].url, guesser, guessOf(guesser, proofOf[way]))
        measured[way].guessWorkMs.push((await panel.spent()).workMs - before.workMs)
      }
    }
    await straightforward.stop()
  }
}

/** One freshly started service for each way. */
async function startServices(panel: Panel) {
  const [hash, imap, account] = await Promise.all([
    startRekey(panel),
    startRekeyWithImap(panel),
    startRekey(panel),
  ])
  return { hash, imap, account }
}

function nothing(): Measured {
  return { coldMs: [], warmMs: [], workMs: [], guessWorkMs: [] }
}

function figuresOf(machine: MachineName, way: Way, measured: Measured): Figure[] {
  const warmMs = median(measured.warmMs)
  const what = `${machine}: one change, ${way}`
  const figures: Figure[] = [
    { what, value: warmMs / 1000, unit: 's' },
    {
      what: `${what}: more than its commands`,
      value: warmMs - changeMs(machine, way),
      unit: 'ms',
      goal: { atMost: 60 },
    },
    {
      what: `${what}: the same for the first one after a start`,
      value: median(measured.coldMs) - firstChangeMs(machine, way),
      unit: 'ms',
      goal: { atMost: 350 },
    },
  ]
  if (machine !== 'small') return figures
  if (way === 'imap') {
    const value = warmMs / OWN_ENDPOINT_MS
    figures.push({ what: `${what}: to Hestia’s own endpoint`, value, unit: '×', goal: { atMost: 1 } })
  }
  return [
    ...figures,
    ...comparedToFormer('change', way, median(measured.workMs)),
    ...comparedToFormer('refused guess', way, median(measured.guessWorkMs)),
  ]
}
