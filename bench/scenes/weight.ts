import { setTimeout } from 'node:timers/promises'
import autocannon from 'autocannon'
import { type Figure, median } from '../figures.js'
import { createPerson, PATH, type Person, type Proof } from '../people.js'
import {
  cpuMs,
  type Panel,
  residentMb,
  type Server,
  startBare,
  startPanel,
  startRekey,
  startRival,
} from '../processes.js'

const STARTS = 5
/** How long after its start a server counts as idle. */
const REST_MS = 3000
const CONNECTIONS = 32
const ROUNDS = 3
const CHANGES = 1000

const NO_LIMITS = { REKEY_LIMIT_TARGET: '9999999/1h', REKEY_LIMIT_ADDRESS: '9999999/1h' }

/**
 * Rekey's memory, processor time and start, compared with a bare server of the same Node. Its throughput with a panel that takes
 * no time.
 */
export async function measureWeight(): Promise<Figure[]> {
  const panel = await startPanel()
  const figures = [...(await measureStarts(panel)), ...(await measureLoad(panel))]
  await panel.stop()
  return figures
}

async function measureStarts(panel: Panel): Promise<Figure[]> {
  const bare = { listenMs: [] as number[], restMb: [] as number[] }
  const rekey = { listenMs: [] as number[], restMb: [] as number[] }
  for (let start = 0; start < STARTS; start++) {
    const servers = [
      { server: await startBare(), of: bare },
      { server: await startRekey(panel), of: rekey },
    ]
    await setTimeout(REST_MS)
    for (const { server, of } of servers) {
      of.listenMs.push(server.listenMs)
      of.restMb.push(residentMb(server.pid))
      await server.stop()
    }
  }
  return [
    { what: 'start to listening: a bare server', value: median(bare.listenMs), unit: 'ms' },
    { what: 'start to listening: Rekey', value: median(rekey.listenMs), unit: 'ms', goal: { atMost: 300 } },
    { what: 'memory at rest: a bare server', value: median(bare.restMb), unit: 'MB' },
    { what: 'memory at rest: Rekey', value: median(rekey.restMb), unit: 'MB' },
    {
      what: 'memory at rest: Rekey to a bare server',
      value: median(rekey.restMb) / median(bare.restMb),
      unit: '×',
      goal: { atMost: 1.8 },
    },
  ]
}

interface Load {
  readonly rates: number[]
  readonly cpuMs: number[]
  mostMb: number
}

async function measureLoad(panel: Panel): Promise<Figure[]> {
  const people = Array.from({ length: CONNECTIONS }, (_, number) =>
    createPerson(number, `info@d${number}.example`),
  )
  const bare = await startBare()
  await setTimeout(REST_MS)
  const bareRestMb = residentMb(bare.pid)
  const bareLoad = await load(bare, 'account', people)
  await bare.stop()
  const servers = { floor: await startRival('floor', panel), Rekey: await startRekey(panel, NO_LIMITS) }
  const figures: Figure[] = []
  let mostMb = 0
  for (const proof of ['account', 'mailbox'] as const) {
    for (const name of ['floor', 'Rekey'] as const) {
      const { rates, cpuMs, ...rest } = await load(servers[name], proof, people)
      if (name === 'Rekey') mostMb = Math.max(mostMb, rest.mostMb)
      const goal = name === 'Rekey' && { goal: { atMost: 1.5 } }
      const what = `a panel that takes no time, ${proof === 'mailbox' ? 'hash' : proof}: ${name}`
      figures.push({ what, value: median(rates), unit: 'changes/s' })
      figures.push({ what: `${what}, processor time`, value: median(cpuMs), unit: 'ms a change', ...goal })
    }
  }
  for (const server of Object.values(servers)) await server.stop()
  return [
    { what: 'memory under load: a bare server', value: bareLoad.mostMb, unit: 'MB' },
    { what: 'memory under load: Rekey', value: mostMb, unit: 'MB' },
    {
      what: 'memory under load: Rekey to a bare server at rest',
      value: mostMb / bareRestMb,
      unit: '×',
      goal: { atMost: 3.2 },
    },
    ...figures,
  ]
}

/** Runs rounds of changes; the first is a warm-up. Each person has one connection and switches between two passwords. */
async function load(
  server: Pick<Server, 'url' | 'pid'>,
  proof: Proof,
  people: readonly Person[],
): Promise<Load> {
  const measured: Load = { rates: [], cpuMs: [], mostMb: 0 }
  const watch = setInterval(() => {
    measured.mostMb = Math.max(measured.mostMb, residentMb(server.pid))
  }, 100)
  for (let round = 0; round <= ROUNDS; round++) {
    const before = cpuMs(server.pid)
    const rate = await changesPerSecond(server.url, proof, people)
    if (round === 0) continue
    measured.rates.push(rate)
    measured.cpuMs.push((cpuMs(server.pid) - before) / CHANGES)
  }
  clearInterval(watch)
  return measured
}

async function changesPerSecond(url: string, proof: Proof, people: readonly Person[]): Promise<number> {
  let index = 0
  const startMs = performance.now()
  let lastMs = startMs
  const result = await autocannon({
    url: url + PATH,
    method: 'POST',
    connections: people.length,
    amount: CHANGES,
    setupClient(client) {
      const person = people[index++] as Person
      const next = () => client.setHeadersAndBody({ ...person.headers }, person.submission(proof))
      next()
      client.on('response', (status) => {
        // The library itself checks only once a second whether all are done.
        lastMs = performance.now()
        if (status === 200) person.made()
        next()
      })
    },
  })
  if (result['2xx'] !== CHANGES) throw new Error(`${url} made only ${result['2xx']} of ${CHANGES} changes`)
  return CHANGES / ((lastMs - startMs) / 1000)
}
