import { asError } from './changes.js'
import { type Journal, loadJournal, saveJournal } from './journal.js'
import { refreshNextToPanel, setUpNextToPanel, steps, type Wishes } from './next-to-panel.js'
import { type RemoteWishes, setUpForRemotePanel, typedKey } from './remote.js'
import { undoSteps } from './run-steps.js'
import type { SetupParts, Step } from './step.js'
import { DATA, RECOVERY_KEY } from './steps/service.js'

/** The task from the command line. */
export type SetupTask =
  | (Wishes & { readonly does: 'set-up'; readonly isDry: boolean })
  | (RemoteWishes & { readonly does: 'set-up-remotely'; readonly isDry: boolean })
  | { readonly does: 'refresh' | 'undo' }

const LOCK_WITHIN_MS = 60_000
const PAUSE_MS = 1000

/** All steps that a journal can contain. */
const EVERY_STEP: readonly Step[] = [typedKey(''), ...steps]

/**
 * Sets up this host for Rekey: `rekey setup`.
 *
 * Each step compares before it changes anything, records its changes before it makes them, and reverts them if it fails. So the setup
 * can run again, resume after an interruption, and be undone.
 *
 * @returns whether it succeeded
 */
export async function setUp(task: SetupTask, parts: SetupParts): Promise<boolean> {
  const { host, terminal } = parts
  if (!host.isRoot()) {
    terminal.say('Run this as root: sudo rekey setup')
    return false
  }
  const unlock = await lock(task, parts)
  // The timer will try again.
  if (!unlock) return task.does === 'refresh'
  try {
    return await perform(task, await loadJournal(host), parts)
  } catch (error) {
    terminal.say(asError(error).message)
    return false
  } finally {
    terminal.close()
    await unlock()
  }
}

/** Waits for another setup, such as the timer's, which takes seconds: a removal of the package shouldn't fail because of it. */
async function lock({ does }: SetupTask, { host, terminal, tools }: SetupParts) {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    const unlock = await host.lock()
    if (unlock || does === 'refresh') return unlock
    if (waitedMs === 0) terminal.say('Another rekey setup is running: waiting for it …')
    if (waitedMs >= LOCK_WITHIN_MS) return undefined
    await tools.clock.wait(PAUSE_MS)
  }
}

function perform(task: SetupTask, journal: Journal, parts: SetupParts): Promise<boolean> {
  switch (task.does) {
    case 'set-up':
      return setUpNextToPanel(task, task.isDry, journal, parts)
    case 'set-up-remotely':
      return setUpForRemotePanel(task, task.isDry, journal, parts)
    case 'refresh':
      return refreshNextToPanel(journal, parts)
    case 'undo':
      return undo(journal, parts)
  }
}

async function undo(journal: Journal, { host, terminal }: SetupParts): Promise<boolean> {
  if (journal.steps.length === 0) {
    // An interrupted undo may have left folders.
    await saveJournal(host, journal)
    terminal.say('There is nothing to undo.')
    return true
  }
  if (!(await terminal.confirm('Undo all changes that rekey setup made?'))) return false
  const isAll = await undoSteps(host, journal, EVERY_STEP, terminal.say)
  if (await host.read(RECOVERY_KEY)) {
    terminal.say(`Kept: ${RECOVERY_KEY}. Without it, the recovery addresses in ${DATA} are lost.`)
  }
  terminal.say(
    isAll ? 'Everything was undone.' : 'Fix the problems above, then run rekey setup --undo again.',
  )
  return isAll
}
