import { isDeepStrictEqual } from 'node:util'
import { type CommandLine, type Host, readText, type StoredFile } from './host.js'
import { type Change, keepCopy, type StepRecord } from './journal.js'
import { SetupFault } from './setup-fault.js'
import { describeUndo, setValues, undoChange } from './undo.js'

/**
 * The only way to change the host. Each function does nothing if the host is already as wanted, so a step that runs again changes
 * only what is missing. In a dry run, functions only add lines.
 */
export interface Changes {
  /** One line for each change that was made, or would be made in a dry run. */
  readonly lines: readonly string[]
  /**
   * Writes a whole file.
   *
   * @param keptFor a folder whose data is lost without the file: an undo keeps the file while the folder isn't empty
   */
  file(path: string, wanted: StoredFile, keptFor?: string): Promise<void>
  /** Edits a file that belongs to others: replaces `from` with `to`, or inserts `to` with `put`. */
  edit(path: string, piece: Piece, put?: (text: string, to: string) => string): Promise<void>
  /** Sets values in one member of a JSON file that belongs to others. */
  json(path: string, member: string, to: Readonly<Record<string, unknown>>): Promise<void>
  folder(path: string, mode: number): Promise<void>
  /** Runs an action that changes no file. Call it only if the action is needed. */
  act(action: Action): Promise<void>
}

interface Piece {
  readonly from: string
  readonly to: string
}

interface Action {
  /** The line that describes it. */
  readonly says: string
  /** Left out if there is nothing to undo. */
  readonly undo?: Change
  run(): Promise<void>
}

export interface RevertibleChanges extends Changes {
  /** Undoes changes of earlier runs that the step hasn't made this time. */
  dropStale(): Promise<void>
  /** Reverts the changes of this run only. Continues after an error, and returns all errors. */
  revert(): Promise<readonly Error[]>
}

/**
 * @param step the record of the changes
 * @param save saves the record; undefined for a dry run
 */
export function createChanges(
  host: Host,
  step: StepRecord,
  save: (() => Promise<void>) | undefined,
): RevertibleChanges {
  const lines: string[] = []
  const wantedPaths = new Set<string>()
  const reverts: (() => Promise<void>)[] = []

  /** Records a change, then makes it. */
  async function make(
    says: string,
    change: Change | undefined,
    run: () => Promise<void>,
    revert: () => Promise<void>,
  ) {
    lines.push(change ? `${says} (undo: ${describeUndo(change)})` : says)
    if (!save) return
    const isNew = change && !step.changes.some((known) => isSame(known, change))
    step.isDone = false
    if (isNew) step.changes.push(change)
    await save()
    if (isNew) reverts.push(() => forget(change))
    // A command that an earlier run has run too, such as enabling a service, isn't reverted.
    if (isNew || change?.kind !== 'command') reverts.push(revert)
    await run()
  }

  async function forget(change: Change): Promise<void> {
    step.changes.splice(step.changes.indexOf(change), 1)
    await save?.()
  }

  /** Returns a function that restores a file to its current state. */
  async function putBack(path: string): Promise<() => Promise<void>> {
    const current = await host.read(path)
    return () => (current ? host.write(path, current) : host.remove(path))
  }

  return {
    lines,
    async file(path, wanted, keptFor) {
      wantedPaths.add(path)
      const current = await host.read(path)
      if (current && isSameFile(current, wanted)) return
      const isKnown = step.changes.some((change) => change.kind === 'file' && change.path === path)
      const former = isKnown ? undefined : await keepCopy(host, path, save === undefined)
      const change: Change = { kind: 'file', path, ...(former && { former }), ...(keptFor && { keptFor }) }
      const says = `${current ? 'replace' : 'write'} ${path}`
      await make(says, change, () => host.write(path, wanted), await putBack(path))
    },
    async edit(path, { from, to }, put = (text) => text.replace(from, () => to)) {
      wantedPaths.add(path)
      const current = await host.read(path)
      if (!current) throw new SetupFault(`${path} is missing`)
      if (current.text.includes(to)) return
      const earlier = step.changes.find((change) => change.kind === 'edit' && change.path === path)
      const original =
        earlier?.kind === 'edit' ? current.text.replace(earlier.to, () => earlier.from) : current.text
      const text = put(original, to)
      if (!text.includes(to)) throw new SetupFault(`${path} has no place for this:\n${to}`)
      await keepCopy(host, path, save === undefined)
      const change: Change = { kind: 'edit', path, from, to }
      await make(`change ${path}`, change, () => host.write(path, { ...current, text }), await putBack(path))
    },
    async json(path, member, to) {
      wantedPaths.add(path)
      const current = await host.read(path)
      if (!current) throw new SetupFault(`${path} is missing`)
      const present = (JSON.parse(current.text) as Record<string, Record<string, unknown>>)[member] ?? {}
      const from = Object.fromEntries(Object.keys(to).map((name) => [name, present[name]]))
      if (isDeepStrictEqual(from, to)) return
      const text = setValues(current.text, member, from, to)
      await keepCopy(host, path, save === undefined)
      const change: Change = { kind: 'json', path, member, from, to: { ...to } }
      await make(`change ${path}`, change, () => host.write(path, { ...current, text }), await putBack(path))
    },
    async folder(path, mode) {
      if (await host.hasFolder(path)) return
      const change: Change = { kind: 'folder', path }
      await make(
        `make ${path}`,
        change,
        () => host.makeFolder(path, mode),
        () => host.removeFolder(path),
      )
    },
    act: ({ says, undo, run }) => make(says, undo, run, async () => undo && undoChange(host, undo)),
    async dropStale() {
      for (const change of step.changes.filter(isOfPath)) {
        if (change.kind === 'folder' || wantedPaths.has(change.path)) continue
        lines.push(`undo the change to ${change.path}`)
        if (!save) continue
        reverts.push(await putBack(change.path), async () => {
          step.changes.push(change)
          await save()
        })
        await undoChange(host, change)
        await forget(change)
      }
    },
    async revert() {
      const faults: Error[] = []
      for (const revert of reverts.splice(0).reverse()) {
        await revert().catch((error: unknown) => faults.push(asError(error)))
      }
      return faults
    },
  }
}

/** Runs a command that must succeed. */
export async function demand(host: Host, command: CommandLine): Promise<string> {
  const { code, output, complaint } = await host.run(command)
  if (code === 0) return output
  const words = (complaint.trim() || output.trim()).split('\n').slice(-5).join('\n  ')
  throw new SetupFault(`${command.join(' ')} failed (${code})${words && `:\n  ${words}`}`)
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

/** The ID of a group, which must exist. */
export async function groupId(host: Host, name: string): Promise<number> {
  const line = (await readText(host, '/etc/group'))?.split('\n').find((entry) => entry.startsWith(`${name}:`))
  if (line === undefined) throw new SetupFault(`this host has no group ${name}`)
  return Number(line.split(':')[2])
}

function isSameFile(one: StoredFile, other: StoredFile): boolean {
  return one.text === other.text && one.mode === other.mode && one.uid === other.uid && one.gid === other.gid
}

type ChangeOfPath = Extract<Change, { readonly path: string }>

export function isOfPath(change: Change): change is ChangeOfPath {
  return 'path' in change
}

/** Whether the same undo reverts both changes. */
function isSame(one: Change, other: Change): boolean {
  if (one.kind === 'file' && other.kind === 'file') return one.path === other.path
  return isDeepStrictEqual(one, other)
}
