import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { changes } from './changes.js'
import { doorTargets } from './doors.js'
import { forwardedAddresses } from './forwarded-addresses.js'
import { hashes } from './hashes.js'
import { imap } from './imap.js'
import { panelAnswers } from './panel-answers.js'
import { redisReplies } from './redis-replies.js'
import { smtp } from './smtp.js'
import { createStopwatch } from './stopwatch.js'
import type { Target } from './target.js'
import { typedText } from './typed-text.js'

const BATCH = 100
/** How many characters of an input are shown. Its seed reproduces it. */
const MAX_SHOWN = 1000

const targets = [
  ...panelAnswers,
  ...changes,
  ...doorTargets,
  ...typedText,
  ...forwardedAddresses,
  ...hashes,
  ...imap,
  ...smtp,
  ...redisReplies,
]

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, only: { type: 'string' } },
  allowPositionals: true,
})
const minutes = Number(positionals[0] ?? 1)
const seed = Number(values.seed ?? randomInt(2 ** 31))
const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only)
if (Number.isNaN(minutes) || Number.isNaN(seed) || chosen.length === 0) {
  fail(`usage: npm run fuzz -- [MINUTES] [--seed NUMBER] [--only TARGET], of: ${names(targets)}\n`)
}

let underWay = ''
process.on('uncaughtException', (error) => fail(`${underWay}: thrown past its caller\n${error.stack}\n`))

print(`seed ${seed}\n`)
let inputs = 0
for (const target of chosen) inputs += await explore(target, (minutes * 60_000) / chosen.length)
print(`${inputs} inputs\n`)
process.exit()

/** Tries inputs until the time is over or a check fails, and returns how many. Each batch has its own seed. */
async function explore({ name, arbitrary, run, leastMs }: Target, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs
  const stopwatch = createStopwatch(run, leastMs)
  const property = fc.asyncProperty(arbitrary, stopwatch.run)
  let tried = 0
  for (let batch = seed; performance.now() < endMs; batch = (batch + 1) | 0) {
    underWay = `${name}, seed ${batch}`
    const details = await fc.check(property, { seed: batch, numRuns: BATCH })
    tried += details.numRuns
    if (details.failed) {
      process.exitCode = 1
      const { errorInstance, counterexample } = details
      print(
        `${underWay}: ${describe(errorInstance)}\n  after: ${fc.stringify(counterexample?.[0]).slice(0, MAX_SHOWN)}\n`,
      )
      break
    }
    stopwatch.endBatch()
  }
  print(`${name}: ${tried} inputs, median ${stopwatch.medianMs().toFixed(3)} ms\n`)
  return tried
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function names(all: readonly Target[]): string {
  return all.map(({ name }) => name).join(', ')
}

function print(text: string): void {
  process.stdout.write(text)
}

function fail(text: string): never {
  process.stderr.write(text)
  process.exit(1)
}
