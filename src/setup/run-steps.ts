import { asError, createChanges, isOfPath, type RevertibleChanges } from './changes.js'
import { type Host, NOT_FOUND } from './host.js'
import { type Journal, type StepRecord, saveJournal } from './journal.js'
import type { Setup, Step } from './step.js'
import type { Terminal } from './terminal.js'
import { emptyFile, undoChange } from './undo.js'

type Say = Terminal['say']

/** For one step. */
const MAX_LINES = 20

/** What a step would do. */
export interface Plan {
  readonly step: Step
  readonly lines: readonly string[]
  /** Why it is skipped. */
  readonly leftOut: string | undefined
  /** Whether its earlier changes are undone. */
  readonly isUnwanted: boolean
}

/** Finds what each step would do, without changes. A later step is planned as if the earlier ones were done. */
export async function planSteps(setup: Setup, steps: readonly Step[]): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const step of steps) {
    const obstacle = await step.obstacle?.(setup)
    const changes = createChanges(setup.host, recordOf(setup.journal, step), undefined)
    if (!obstacle) {
      await step.do(setup, changes)
      await changes.dropStale()
    }
    const isUnwanted = obstacle?.isChoice ?? false
    plans.push({ step, lines: changes.lines, leftOut: obstacle?.reason, isUnwanted })
  }
  return plans
}

/**
 * Runs the steps in order, and says what each did. If a step fails, its changes are reverted and no further step runs.
 *
 * @returns whether all steps succeeded
 */
export async function runSteps(setup: Setup, steps: readonly Step[], say: Say): Promise<boolean> {
  for (const step of steps) {
    const obstacle = await step.obstacle?.(setup)
    if (!obstacle) {
      if (!(await runStep(setup, step, say))) return false
      continue
    }
    if (!obstacle.isChoice) say(`–  ${step.title}: skipped, because ${obstacle.reason}.`)
    else if (setup.journal.steps.some(({ name }) => name === step.name)) {
      if (!(await undoSteps(setup.host, setup.journal, [step], say))) return false
    }
  }
  return true
}

async function runStep(setup: Setup, step: Step, say: Say): Promise<boolean> {
  const { host, journal } = setup
  const record = recordOf(journal, step)
  const isNew = !journal.steps.includes(record)
  const wasDone = record.isDone
  if (isNew) journal.steps.push(record)
  const changes = createChanges(host, record, () => saveJournal(host, journal))
  try {
    await step.do(setup, changes)
    await changes.dropStale()
    if (changes.lines.length > 0 || !wasDone) await step.apply?.(host, setup)
    record.isDone = true
  } catch (error) {
    await takeBack(setup, step, changes, asError(error), say)
    record.isDone = wasDone
    if (record.changes.length === 0) journal.steps.splice(journal.steps.indexOf(record), 1)
    await saveJournal(host, journal)
    return false
  }
  if (changes.lines.length > 0 || !wasDone) await saveJournal(host, journal)
  say(`✓  ${step.title}${changes.lines.length === 0 ? ': no changes' : ''}`)
  for (const line of abridged(changes.lines)) say(line)
  return true
}

/** Shortens the list: a panel with hundreds of domains has hundreds of files. */
export function abridged(lines: readonly string[]): string[] {
  const shown = lines.length > MAX_LINES ? lines.slice(0, MAX_LINES - 1) : lines
  const more = lines.length > shown.length ? [`     and ${lines.length - shown.length} more`] : []
  return [...shown.map((line) => `     ${line}`), ...more]
}

async function takeBack(
  { host }: Setup,
  step: Step,
  changes: RevertibleChanges,
  fault: Error,
  say: Say,
): Promise<void> {
  const left = [...(await changes.revert())]
  if (changes.lines.length > 0)
    await step.apply?.(host, undefined).catch((error) => left.push(asError(error)))
  say(`✗  ${step.title}: ${fault.message}`)
  say('   The changes of this step were reverted. Fix the problem, then run rekey setup again.')
  for (const { message } of left) say(`   Not reverted: ${message}`)
}

/** The step's record in the journal, or a new one that isn't in the journal yet. */
function recordOf(journal: Journal, { name }: Step): StepRecord {
  return journal.steps.find((record) => record.name === name) ?? { name, isDone: false, changes: [] }
}

/**
 * Undoes the changes that the journal has for the steps, the last one first. Says which changes can't be undone; they stay in the
 * journal.
 *
 * @returns whether everything was undone
 */
export async function undoSteps(
  host: Host,
  journal: Journal,
  steps: readonly Step[],
  say: Say,
): Promise<boolean> {
  const left: string[] = []
  for (const step of steps.toReversed()) {
    const record = journal.steps.find(({ name }) => name === step.name)
    if (!record) continue
    const faults = await undoStep(host, journal, step, record)
    say(`${faults.length === 0 ? '✓' : '✗'}  Undone: ${step.title}`)
    for (const fault of faults) say(`     Not undone: ${fault}`)
    left.push(...faults)
  }
  return left.length === 0
}

async function undoStep(host: Host, journal: Journal, step: Step, record: StepRecord): Promise<string[]> {
  const faults: string[] = []
  let isIncluded = false
  for (const change of record.changes.toReversed()) {
    try {
      // Another file may still include this one, so it is emptied and not removed.
      if (isIncluded && change.kind === 'file' && !change.former) {
        await emptyFile(host, change.path)
        faults.push(`${change.path} is now empty: remove it after the file above`)
        continue
      }
      await undoChange(host, change)
      record.changes.splice(record.changes.indexOf(change), 1)
      await saveJournal(host, journal)
    } catch (error) {
      isIncluded ||= isOfPath(change)
      faults.push(asError(error).message)
    }
  }
  await step.apply?.(withoutWhatIsGone(host), undefined).catch((error) => faults.push(asError(error).message))
  if (faults.length === 0) journal.steps.splice(journal.steps.indexOf(record), 1)
  await saveJournal(host, journal)
  return faults
}

/** A host on which a program that is no longer installed counts as a success: there is nothing left to apply. */
function withoutWhatIsGone(host: Host): Host {
  return {
    ...host,
    async run(command) {
      const ran = await host.run(command)
      return ran.code === NOT_FOUND ? { ...ran, code: 0 } : ran
    },
  }
}
