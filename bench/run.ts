import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { changesPerSecond, createMailboxes, flood, quantile, timeChanges } from './load.js'
import { cpuMs, residentMb, type Simulator, startRekey, startServer, startSimulator } from './processes.js'
import { PROOFS, type Proof, type Submissions } from './submissions.js'

const ROUNDS = 5
const CHANGES = 1000
const PANEL_MS = 250
const FLOOD_CHANGES = 12
/** The domain whose mailbox the flood guesses at. */
const FLOODED = 'd1.example'

/** A figure, and what it should be. */
interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number }
}

const NO_LIMITS = {
  REKEY_LIMIT_ADDRESS: '9999999/1h',
  REKEY_LIMIT_FAILURES: '9999999/1h',
  REKEY_LIMIT_TARGET: '9999999/1h',
}

const simulator = await startSimulator()
const mailboxes = createMailboxes()
const figures = [
  ...(await measureThroughput(simulator, mailboxes)),
  ...(await measureSlowPanel(simulator, mailboxes)),
]
print(figures)
process.exit()

/** Each server in turn, several times over; the median of each. */
async function measureThroughput(simulator: Simulator, mailboxes: Submissions[]): Promise<Figure[]> {
  const rekey = await startRekey(simulator, NO_LIMITS)
  const atRestMb = residentMb(rekey.pid)
  const panel = { PANEL_URL: simulator.url, PANEL_CA: simulator.certificate }
  const servers = {
    floor: await startServer('floor', panel),
    straightforward: await startServer('straightforward', panel),
    rekey,
  }
  const figures: Figure[] = []
  let underLoadMb = 0
  for (const proof of PROOFS) {
    const rates: Record<keyof typeof servers, number[]> = { floor: [], straightforward: [], rekey: [] }
    const ownCpuMs: number[] = []
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const name of ['floor', 'straightforward', 'rekey'] as const) {
        const before = cpuMs(rekey.pid)
        const rate = await changesPerSecond(servers[name].url, proof, mailboxes, CHANGES)
        if (round === 0) continue
        rates[name].push(rate)
        if (name !== 'rekey') continue
        ownCpuMs.push((cpuMs(rekey.pid) - before) / CHANGES)
        underLoadMb = Math.max(underLoadMb, residentMb(rekey.pid))
      }
    }
    figures.push(...describeRates(proof, rates, quantile(ownCpuMs, 0.5)))
  }
  await setTimeout(2000)
  figures.push(
    { name: 'resident memory at rest', value: atRestMb, unit: 'MB' },
    { name: 'resident memory under load', value: underLoadMb, unit: 'MB' },
    { name: 'resident memory two seconds after', value: residentMb(rekey.pid), unit: 'MB' },
    { name: 'start to ready', value: rekey.readyMs, unit: 'ms' },
  )
  await rekey.stop()
  return figures
}

function describeRates(proof: Proof, rates: Record<string, number[]>, ownCpuMs: number): Figure[] {
  const median = (name: string): number => quantile(rates[name] ?? [], 0.5)
  const [floor, straightforward, rekey] = [median('floor'), median('straightforward'), median('rekey')]
  return [
    { name: `${proof}: floor`, value: floor, unit: 'changes/s' },
    { name: `${proof}: straightforward`, value: straightforward, unit: 'changes/s' },
    { name: `${proof}: Rekey`, value: rekey, unit: 'changes/s' },
    { name: `${proof}: Rekey to the floor`, value: rekey / floor, unit: '×', goal: { atLeast: 0.6 } },
    {
      name: `${proof}: Rekey to the straightforward one`,
      value: rekey / straightforward,
      unit: '×',
      // Only asked for where there is something to do side by side.
      ...(proof === 'account' && { goal: { atLeast: 1.2 } }),
    },
    { name: `${proof}: processor time per change`, value: ownCpuMs, unit: 'ms' },
  ]
}

/** One person alone, then beside a flood, before a panel as slow as a real one. */
async function measureSlowPanel(simulator: Simulator, mailboxes: Submissions[]): Promise<Figure[]> {
  const [mailbox] = mailboxes as [Submissions]
  const rekey = await startRekey(simulator, { REKEY_TRUST_PROXY: 'loopback' })
  // The domain's owner is looked up once.
  await timeChanges(rekey.url, 'mailbox', mailbox, 1, 0)
  await simulator.setDelay(PANEL_MS)
  const figures: Figure[] = []
  for (const proof of PROOFS) {
    const alone = quantile(await timeChanges(rekey.url, proof, mailbox, 10, 0), 0.5)
    figures.push({
      name: `${proof}: median change, panel at ${PANEL_MS} ms`,
      value: alone / PANEL_MS,
      unit: '× one command',
      goal: { atMost: 2.15 },
    })
  }
  const quiet = quantile(await timeChanges(rekey.url, 'mailbox', mailbox, FLOOD_CHANGES, 1000), 0.95)
  const flooding = flood(rekey.url, FLOODED, FLOOD_CHANGES + 14)
  await setTimeout(2000)
  await simulator.callsFor(FLOODED)
  const busy = quantile(await timeChanges(rekey.url, 'mailbox', mailbox, FLOOD_CHANGES, 1000), 0.95)
  const [startMs, startCpuMs] = [performance.now(), cpuMs(rekey.pid)]
  await setTimeout(5000)
  const cores = (cpuMs(rekey.pid) - startCpuMs) / (performance.now() - startMs)
  const reached = await simulator.callsFor(FLOODED)
  const answered = await flooding
  await rekey.stop()
  return [
    ...figures,
    { name: 'flood: commands once limited', value: reached, unit: 'commands', goal: { atMost: 0 } },
    { name: 'flood: 95th percentile alone', value: quiet, unit: 'ms' },
    { name: 'flood: 95th percentile beside it', value: busy, unit: 'ms' },
    { name: 'flood: beside to alone', value: busy / quiet, unit: '×', goal: { atMost: 1.15 } },
    { name: 'flood: limited answers', value: answered, unit: '/s' },
    { name: 'flood: Rekey, with nobody beside it', value: cores, unit: 'cores', goal: { atMost: 0.25 } },
  ]
}

function verdictOf({ value, goal }: Figure): string {
  if (!goal) return ''
  const [met, words] =
    'atLeast' in goal
      ? [value >= goal.atLeast, `≥ ${goal.atLeast}`]
      : [value <= goal.atMost, `≤ ${goal.atMost}`]
  return `${words} ${met ? 'met' : 'MISSED'}`
}

function print(figures: readonly Figure[]): void {
  const machine = `${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`
  const rows = figures.map((figure) => {
    const value = figure.value.toFixed(figure.value < 10 ? 2 : 0)
    return `| ${figure.name} | ${value} ${figure.unit} | ${verdictOf(figure)} |`
  })
  process.stdout.write([machine, '', '| what | figure | goal |', '|---|---|---|', ...rows, ''].join('\n'))
  const results = { machine, figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })) }
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
}
