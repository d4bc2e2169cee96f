import * as z from 'zod'

/** A stored value, and until when it's needed (Unix time in ms). */
export interface Entry {
  readonly value: string
  readonly untilMs: number | undefined
}

/** A line sets a key's value, or removes the key. */
interface Line {
  readonly key: string
  readonly entry: Entry | undefined
}

/** Version of the line format. Only a later release of Rekey can read a later version. */
const VERSION = 1

const anyVersion = z.looseObject({ v: z.int() })

const thisVersion = z.strictObject({
  v: z.literal(VERSION),
  key: z.string(),
  value: z.string().optional(),
  untilMs: z.number().optional(),
})

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A line of JSON with its line break. */
export function formatLine(key: string, entry: Entry | undefined): string {
  return `${JSON.stringify({ v: VERSION, key, ...entry })}\n`
}

/** @param bytes the line without its line break */
export function parseLine(bytes: Uint8Array): Line | 'damaged' | 'newer' {
  const json = parseJson(bytes)
  const line = thisVersion.safeParse(json)
  if (line.success) {
    const { key, value, untilMs } = line.data
    return { key, entry: value === undefined ? undefined : { value, untilMs } }
  }
  const other = anyVersion.safeParse(json)
  return other.success && other.data.v > VERSION ? 'newer' : 'damaged'
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch {
    return undefined
  }
}
