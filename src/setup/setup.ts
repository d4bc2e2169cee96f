import { asError } from './changes.js'
import { type Journal, loadJournal, saveJournal } from './journal.js'
import { refreshNextToPanel, setUpNextToPanel, steps, type Wishes } from './next-to-panel.js'
import { type RemoteWishes, setUpForRemotePanel, typedKey } from './remote.js'
import { undoSteps } from './run-steps.js'
import type { SetupParts, Step } from './step.js'
import { DATA, RECOVERY_KEY } from './steps/service.js'

/** What the command line asks for. */
export type SetupTask =
  | (Wishes & { readonly does: 'set-up'; readonly isDry: boolean })
  | (RemoteWishes & { readonly does: 'set-up-remotely'; readonly isDry: boolean })
  | { readonly does: 'refresh' | 'undo' }

const LOCK_WITHIN_MS = 60_000
const PAUSE_MS = 1000

/** All that a journal can have. */
const EVERY_STEP: readonly Step[] = [typedKey(''), ...steps]

/**
 * Sets this host up for Rekey: `rekey setup`.
 *
 * Each step looks before it changes anything, writes its changes down before it makes them, and takes them back if it fails. So
 * it can run again, goes on after an interruption, and can be undone.
 *
 * @returns whether all is as wanted
 */
export async function setUp(task: SetupTask, parts: SetupParts): Promise<boolean> {
  const { host, terminal } = parts
  if (!host.isRoot()) {
    terminal.say('This is for root: sudo rekey setup')
    return false
  }
  const unlock = await lock(task, parts)
  // The timer comes again.
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

/** The timer's run may be under way: it takes seconds, and a removal of the package should not fail for it. */
async function lock({ does }: SetupTask, { host, terminal, tools }: SetupParts) {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    const unlock = await host.lock()
    if (unlock || does === 'refresh') return unlock
    if (waitedMs === 0) terminal.say('Another rekey setup is at work: waiting for it …')
    if (waitedMs >= LOCK_WITHIN_MS) return undefined
    await tools.wait(PAUSE_MS)
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
    // An undo that was interrupted may have left folders.
    await saveJournal(host, journal)
    terminal.say('There is nothing to undo.')
    return true
  }
  if (!(await terminal.confirm('Undo all that rekey setup did?'))) return false
  const isAll = await undoSteps(host, journal, EVERY_STEP, terminal.say)
  if (await host.read(RECOVERY_KEY)) {
    terminal.say(`Kept: ${RECOVERY_KEY}, without which the recovery addresses in ${DATA} are lost.`)
  }
  terminal.say(isAll ? 'All was undone.' : 'Mend what is left, then run rekey setup --undo again.')
  return isAll
}
