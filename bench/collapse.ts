import { setTimeout } from 'node:timers/promises'
import { createMailboxes, quantile, timeChanges } from './load.js'
import { type Rekey, type Simulator, startRekey, startSimulator } from './processes.js'
import { PROOFS } from './submissions.js'
import { changeTogether, type Told, type WAYS } from './together.js'

/** Longer than Rekey waits for anything. */
const PATIENT_MS = 120_000
const SNAPPYMAIL_MS = 5000
/** For how long a change may go on that nobody waits for any more. */
const SETTLE_MS = 30_000
/** Longer than the check at the start takes. */
const CHECKED_MS = 10_000

// `npm run build && node --import tsx bench/collapse.ts`, in six minutes: how much of a small panel people get. Each
// scene has a panel of its own; Rekey has its default limits and time-outs.
await describeOne()
await describeMonitor()
await describeTogether('12 people, hash proof, owner unknown', 'mailbox', 12, PATIENT_MS, false)
await describeTogether('12 people, hash proof, owner known', 'mailbox', 12, PATIENT_MS, true)
await describeTogether('12 people, account proof', 'account', 12, PATIENT_MS, true)
await describeTogether('4 users of SnappyMail, owner unknown', 'snappymail', 4, SNAPPYMAIL_MS, false)
await describeTogether('4 users of SnappyMail, owner known', 'snappymail', 4, SNAPPYMAIL_MS, true)
process.exit()

async function withSmallPanel(use: (rekey: Rekey, simulator: Simulator) => Promise<void>): Promise<void> {
  const simulator = await startSimulator('small')
  const rekey = await startRekey(simulator, { REKEY_TRUST_PROXY: 'loopback' })
  await use(rekey, simulator)
  await rekey.stop()
  await simulator.stop()
}

/** One change at a time on an idle panel; the owner is known from the second one on. */
async function describeOne(): Promise<void> {
  const [mailbox] = createMailboxes()
  if (!mailbox) return
  await withSmallPanel(async (rekey) => {
    const [first = 0] = await timeChanges(rekey.url, 'mailbox', mailbox, 1, 0)
    say('one change, mailbox, owner unknown', seconds(first))
    for (const proof of PROOFS) {
      const median = quantile(await timeChanges(rekey.url, proof, mailbox, 3, 0), 0.5)
      say(`one change, ${proof}, owner known`, seconds(median))
    }
  })
}

async function describeMonitor(): Promise<void> {
  await withSmallPanel(async (rekey, simulator) => {
    await setTimeout(CHECKED_MS)
    const before = await simulator.spent()
    const startMs = performance.now()
    const { status } = await fetch(`${rekey.url}/readyz`)
    const tookMs = performance.now() - startMs
    const after = await simulator.spent()
    const workMs = after.workMs - before.workMs
    const share = ((100 * workMs) / 30_000).toFixed(0)
    say(
      '/readyz',
      `${status} in ${seconds(tookMs)}, ${after.commands - before.commands} commands, ${seconds(workMs)}`,
    )
    say('/readyz every 30 s', `${share} % of the panel`)
  })
}

async function describeTogether(
  what: string,
  way: keyof typeof WAYS,
  people: number,
  patienceMs: number,
  ownerKnown: boolean,
): Promise<void> {
  await withSmallPanel(async (rekey, simulator) => {
    const [mailbox] = createMailboxes()
    if (ownerKnown && mailbox) await timeChanges(rekey.url, 'mailbox', mailbox, 1, 0)
    const before = await simulator.spent()
    const told = await changeTogether(rekey, simulator, way, people, patienceMs, SETTLE_MS)
    const after = await simulator.spent()
    say(what, summaryOf(told))
    const workMs = after.workMs - before.workMs
    say('  the panel', `${after.commands - before.commands} commands, ${seconds(workMs)} of work`)
  })
}

function summaryOf(told: readonly Told[]): string {
  const answers = [...new Set(told.map(({ answer }) => answer))]
  const parts = answers.map((answer) => {
    const times = told.filter((one) => one.answer === answer).map(({ afterMs }) => afterMs)
    return `${times.length} × ${answer} (${seconds(Math.min(...times))} to ${seconds(Math.max(...times))})`
  })
  const made = told.filter((one) => one.made)
  const untold = made.filter(({ answer }) => !answer.startsWith('200'))
  return `${parts.join(', ')}; made: ${made.length}, of which untold: ${untold.length}`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

function say(what: string, figure: string): void {
  process.stdout.write(`${what}: ${figure}\n`)
}
