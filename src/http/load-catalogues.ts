import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Messages } from './catalogue.js'
import { checkCatalogue } from './check-catalogue.js'

/** Every catalogue by its language, or one line per fault, each beginning with the file's name. */
export type LoadedCatalogues =
  | { readonly ok: true; readonly catalogues: ReadonlyMap<string, Messages> }
  | { readonly ok: false; readonly faults: readonly string[] }

/** The catalogue that says which placeholders each text has. */
const REFERENCE = 'en.json'

/**
 * Loads the catalogues in the folders `messages` of these views folders; of two for one language, that of the later
 * folder.
 *
 * @param viewsDirectories ours first
 */
export function loadCatalogues([ours, ...overrides]: readonly [string, ...string[]]): LoadedCatalogues {
  const reference = readJson(join(ours, 'messages', REFERENCE))
  const files = new Map([ours, ...overrides].flatMap(catalogueFiles))
  const faults: string[] = []
  const catalogues = new Map<string, Messages>()
  for (const [name, path] of files) {
    const language = name.slice(0, -'.json'.length)
    const checked = checkCatalogue(language, readJson(path), reference)
    if (checked.ok) catalogues.set(language, checked.messages)
    else faults.push(...checked.faults.map((fault) => `messages/${name}: ${fault}`))
  }
  return faults.length === 0 ? { ok: true, catalogues } : { ok: false, faults }
}

function catalogueFiles(viewsDirectory: string): [name: string, path: string][] {
  const directory = join(viewsDirectory, 'messages')
  return namesIn(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, join(directory, name)])
}

/** A views folder need not have catalogues. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** Undefined, which no catalogue is, for what is no JSON or can't be read. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
