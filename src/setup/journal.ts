import * as z from 'zod'
import type { Host } from './host.js'

/** The folder for the journal and the copies of the files that the setup changed. Only root can read it. */
const RECORDS = '/etc/rekey/setup'
const JOURNAL = `${RECORDS}/journal.json`
const COPIES = `${RECORDS}/copies`

const storedFile = z.object({ copy: z.string(), mode: z.number(), uid: z.number(), gid: z.number() })

const values = z.record(z.string(), z.unknown())

const change = z.discriminatedUnion('kind', [
  /** A file that the setup wrote; it may have replaced `former`. An undo keeps it while the folder `keptFor` isn't empty. */
  z.object({
    kind: z.literal('file'),
    path: z.string(),
    former: storedFile.optional(),
    keptFor: z.string().optional(),
  }),
  /** An edit in a file that belongs to others: `to` replaced `from`. */
  z.object({ kind: z.literal('edit'), path: z.string(), from: z.string(), to: z.string() }),
  /** Values of one member of a JSON file that belongs to others. */
  z.object({ kind: z.literal('json'), path: z.string(), member: z.string(), from: values, to: values }),
  z.object({ kind: z.literal('folder'), path: z.string() }),
  /** The effect of a command, which another command undoes. */
  z.object({ kind: z.literal('command'), undo: z.tuple([z.string()], z.string()) }),
  /** The key that was made with this profile. */
  z.object({ kind: z.literal('access-key'), profile: z.string() }),
])

const journal = z.object({
  version: z.literal(1),
  /** The administrator's choices. A later run doesn't ask again. */
  choices: z.record(z.string(), z.string()),
  /** In the order in which they started. */
  steps: z.array(z.object({ name: z.string(), isDone: z.boolean(), changes: z.array(change) })),
})

/** A change to the host, with everything that its undo needs. */
export type Change = z.infer<typeof change>
/** A file as it was before the setup replaced it. */
export type Former = z.infer<typeof storedFile>
export type StepRecord = Journal['steps'][number]

/** What the setup did. A change is recorded before it is made, so it can be undone after an interruption at any point. */
export type Journal = z.infer<typeof journal>

/** @throws if the journal is unreadable: without it, the setup doesn't know what it has changed */
export async function loadJournal(host: Host): Promise<Journal> {
  const file = await host.read(JOURNAL)
  if (!file) return { version: 1, choices: {}, steps: [] }
  try {
    return journal.parse(JSON.parse(file.text))
  } catch {
    throw new Error(`${JOURNAL} can't be read: it is damaged, or a newer version of Rekey wrote it`)
  }
}

/** Writes the journal, or removes it if there is nothing left to undo. */
export async function saveJournal(host: Host, state: Journal): Promise<void> {
  if (state.steps.length === 0) {
    for (const name of await host.list(COPIES)) await host.remove(`${COPIES}/${name}`)
    await host.remove(JOURNAL)
    for (const folder of [COPIES, RECORDS, '/etc/rekey']) await host.removeFolder(folder)
    return
  }
  await host.makeFolder(COPIES, 0o700)
  await host.write(JOURNAL, rootsOwn(`${JSON.stringify(state, undefined, 2)}\n`))
}

/**
 * Copies a file before its first change by the setup.
 *
 * @param isDry whether only to return where the copy would be
 */
export async function keepCopy(host: Host, path: string, isDry: boolean): Promise<Former | undefined> {
  const file = await host.read(path)
  if (!file) return undefined
  const copy = copyOf(path)
  if (!isDry && !(await host.read(copy))) {
    await host.makeFolder(COPIES, 0o700)
    await host.write(copy, rootsOwn(file.text))
  }
  return { copy, mode: file.mode, uid: file.uid, gid: file.gid }
}

/** The path of a file's copy. */
export function copyOf(path: string): string {
  return `${COPIES}/${path.slice(1).replaceAll('/', '_')}`
}

/** A file that root owns; by default, only root can read it. */
export function rootsOwn(text: string, mode = 0o600) {
  return { text, mode, uid: 0, gid: 0 }
}
