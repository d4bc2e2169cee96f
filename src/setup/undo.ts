import type { Host } from './host.js'
import { type Change, copyOf } from './journal.js'
import { HESTIA, keysOf } from './panel-files.js'
import { SetupFault } from './setup-fault.js'

type Values = Readonly<Record<string, unknown>>

/** Undoes one change. Does nothing if somebody undid it before. */
export async function undoChange(host: Host, change: Change): Promise<void> {
  switch (change.kind) {
    case 'file':
      return undoFile(host, change)
    case 'edit': {
      const file = await host.read(change.path)
      if (file?.text.includes(change.to)) {
        await host.write(change.path, { ...file, text: file.text.replace(change.to, () => change.from) })
      }
      return
    }
    case 'json': {
      const file = await host.read(change.path)
      if (file)
        await host.write(change.path, {
          ...file,
          text: setValues(file.text, change.member, change.to, change.from),
        })
      return
    }
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
 * Changes values of one member of a JSON object, in the form that PHP writes; those that aren't `from` stay.
 *
 * @throws SyntaxError if the text is no JSON
 */
export function setValues(text: string, member: string, from: Values, to: Values): string {
  const whole = JSON.parse(text) as Record<string, Record<string, unknown>>
  const part = whole[member] ?? {}
  for (const [name, value] of Object.entries(to)) if (part[name] === from[name]) part[name] = value
  return JSON.stringify({ ...whole, [member]: part }, undefined, 4)
}

/** How to undo a change by hand, in a shell. */
export function describeUndo(change: Change): string {
  switch (change.kind) {
    case 'file':
      return change.former ? `cp ${change.former.copy} ${change.path}` : `rm ${change.path}`
    case 'edit':
    case 'json':
      return `cp ${copyOf(change.path)} ${change.path}`
    case 'folder':
      return `rmdir ${change.path}`
    case 'command':
      return change.undo.join(' ')
    case 'access-key':
      return `v-delete-access-key, with the ID of the key`
  }
}

/** Leaves a file that others may include in place, with nothing in it. */
export async function emptyFile(host: Host, path: string): Promise<void> {
  const file = await host.read(path)
  if (file) await host.write(path, { ...file, text: '' })
}

async function undoFile(
  host: Host,
  { path, former }: Extract<Change, { readonly kind: 'file' }>,
): Promise<void> {
  if (!former) return host.remove(path)
  const copy = await host.read(former.copy)
  if (!copy) throw new SetupFault(`${former.copy}, the copy of ${path}, is missing`)
  await host.write(path, { text: copy.text, mode: former.mode, uid: former.uid, gid: former.gid })
}

/** A program that isn't there any more did nothing that is left. */
async function undoByCommand(host: Host, command: readonly [string, ...string[]]): Promise<void> {
  const { code } = await host.run(command)
  if (code !== 0 && code !== 127) throw new SetupFault(`${command.join(' ')} failed (${code})`)
}
