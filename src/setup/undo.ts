import { type Host, NOT_FOUND } from './host.js'
import { type Change, copyOf } from './journal.js'
import { HESTIA, keysOf } from './panel-files.js'
import { SetupFault } from './setup-fault.js'

type Values = Readonly<Record<string, unknown>>

/** Undoes one change. Does nothing if it was undone before. */
export async function undoChange(host: Host, change: Change): Promise<void> {
  switch (change.kind) {
    case 'file':
      return undoFile(host, change)
    case 'edit':
      return undoPart(host, change.path, {
        redo: (text) => text.replace(change.from, () => change.to),
        undo: (text) => text.replace(change.to, () => change.from),
      })
    case 'json':
      return undoPart(host, change.path, {
        redo: (text) => setValues(text, change.member, change.from, change.to),
        undo: (text) => setValues(text, change.member, change.to, change.from),
      })
    case 'folder':
      return host.removeFolder(change.path)
    case 'command':
      return undoByCommand(host, change.undo)
    case 'access-key':
      for (const { id } of await keysOf(host, change.profile)) {
        await undoByCommand(host, [`${HESTIA}/bin/v-delete-access-key`, id])
      }
  }
}

/**
 * Changes values in one member of a JSON object, in the format that PHP writes. Keeps values that differ from `from`.
 *
 * @throws SyntaxError if the text isn't JSON
 */
export function setValues(text: string, member: string, from: Values, to: Values): string {
  const whole = JSON.parse(text) as Record<string, Record<string, unknown>>
  const part = whole[member] ?? {}
  for (const [name, value] of Object.entries(to)) if (part[name] === from[name]) part[name] = value
  return JSON.stringify({ ...whole, [member]: part }, undefined, 4)
}

/** A command that undoes the change by hand, for the line about it. */
export function describeUndo(change: Change): string {
  switch (change.kind) {
    case 'file':
      return change.former ? `cp ${change.former.copy}` : 'rm'
    case 'edit':
    case 'json':
      return `cp ${copyOf(change.path)}`
    case 'folder':
      return 'rmdir'
    case 'command':
      return change.undo.join(' ')
    case 'access-key':
      return 'v-delete-access-key'
  }
}

/** Empties a file that other files may include. */
export async function emptyFile(host: Host, path: string): Promise<void> {
  const file = await host.read(path)
  if (file) await host.write(path, { ...file, text: '' })
}

/** Undoes a change in a file that belongs to others. Restores the exact former text if nothing else in the file has changed. */
async function undoPart(
  host: Host,
  path: string,
  { redo, undo }: { redo(text: string): string; undo(text: string): string },
): Promise<void> {
  const file = await host.read(path)
  if (!file) return
  const copy = await host.read(copyOf(path))
  const isAsWritten = copy !== undefined && redo(copy.text) === file.text
  const text = isAsWritten ? copy.text : undo(file.text)
  if (text !== file.text) await host.write(path, { ...file, text })
}

async function undoFile(
  host: Host,
  { path, former, keptFor }: Extract<Change, { readonly kind: 'file' }>,
): Promise<void> {
  if (keptFor !== undefined && (await host.list(keptFor)).length > 0) return
  if (!former) return host.remove(path)
  const copy = await host.read(former.copy)
  if (!copy) throw new SetupFault(`The copy of ${path} is missing: ${former.copy}`)
  await host.write(path, { text: copy.text, mode: former.mode, uid: former.uid, gid: former.gid })
}

/** Runs a command. Succeeds if the program is no longer installed: then its effect is gone too. */
async function undoByCommand(host: Host, command: readonly [string, ...string[]]): Promise<void> {
  const { code } = await host.run(command)
  if (code !== 0 && code !== NOT_FOUND) throw new SetupFault(`${command.join(' ')} failed (${code})`)
}
