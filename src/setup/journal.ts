import * as z from 'zod'
import type { Host } from './host.js'

/** Where the setup keeps its journal and the copies of the files that it changed. Root's alone. */
const RECORDS = '/etc/rekey/setup'
const JOURNAL = `${RECORDS}/journal.json`
const COPIES = `${RECORDS}/copies`

const storedFile = z.object({ copy: z.string(), mode: z.number(), uid: z.number(), gid: z.number() })

const values = z.record(z.string(), z.unknown())

const change = z.discriminatedUnion('kind', [
  /** A file of the setup's own, or in the place of `former`. An undo leaves it while there is something in the folder `keptFor`. */
  z.object({
    kind: z.literal('file'),
    path: z.string(),
    former: storedFile.optional(),
    keptFor: z.string().optional(),
  }),
  /** A piece of a file that belongs to others: `to` stands where `from` stood. */
  z.object({ kind: z.literal('edit'), path: z.string(), from: z.string(), to: z.string() }),
  /** Values of one member of a JSON file that belongs to others. */
  z.object({ kind: z.literal('json'), path: z.string(), member: z.string(), from: values, to: values }),
  z.object({ kind: z.literal('folder'), path: z.string() }),
  /** What a command did, which another one undoes. */
  z.object({ kind: z.literal('command'), undo: z.tuple([z.string()], z.string()) }),
  /** The key that was made with this profile. */
  z.object({ kind: z.literal('access-key'), profile: z.string() }),
])

const journal = z.object({
  version: z.literal(1),
  /** What the person chose; asked no more when the setup runs again. */
  choices: z.record(z.string(), z.string()),
  /** In the order in which they were begun. */
  steps: z.array(z.object({ name: z.string(), isDone: z.boolean(), changes: z.array(change) })),
})

/** A change to the host, with all that it takes to undo it. */
export type Change = z.infer<typeof change>
/** A file as it was before the setup replaced it. */
export type Former = z.infer<typeof storedFile>
export type StepRecord = Journal['steps'][number]

/** What the setup did. A change is written down before it is made, so an interruption at any point can be undone. */
export type Journal = z.infer<typeof journal>

/** @throws if the journal can't be understood: without it the setup doesn't know what is its own */
export async function loadJournal(host: Host): Promise<Journal> {
  const file = await host.read(JOURNAL)
  if (!file) return { version: 1, choices: {}, steps: [] }
  try {
    return journal.parse(JSON.parse(file.text))
  } catch {
    throw new Error(`${JOURNAL} can't be read: it is damaged, or of a newer version of Rekey`)
  }
}

/** Writes the journal, or removes it if nothing is left to undo. */
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
 * Keeps a copy of a file that is about to change, once: the first copy shows the file without the setup.
 *
 * @param isDry whether to tell only where it would be
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

/** Where the copy of a file is. */
export function copyOf(path: string): string {
  return `${COPIES}/${path.slice(1).replaceAll('/', '_')}`
}

/** A file that only root may read. */
export function rootsOwn(text: string, mode = 0o600) {
  return { text, mode, uid: 0, gid: 0 }
}
