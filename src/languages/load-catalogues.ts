import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Messages } from './catalogue.js'
import { checkCatalogue } from './check-catalogue.js'

/** All catalogues by language, or one line per fault, which starts with the file's name. */
export type LoadedCatalogues =
  | { readonly ok: true; readonly catalogues: ReadonlyMap<string, Messages> }
  | { readonly ok: false; readonly faults: readonly string[] }

const REFERENCE = 'en.json'

/**
 * Loads the catalogues in the `messages` folders of these views folders. If two are for the same language, the earlier folder's
 * wins. The last folder is our own; its English catalogue defines the placeholders of each text.
 */
export function loadCatalogues(viewsDirectories: readonly string[]): LoadedCatalogues {
  const reference = readJson(join(viewsDirectories.at(-1) ?? '', 'messages', REFERENCE))
  const files = new Map(viewsDirectories.toReversed().flatMap(catalogueFiles))
  const faults: string[] = []
  const catalogues = new Map<string, Messages>()
  for (const [name, path] of files) {
    const language = languageOf(name)
    const checked = checkCatalogue(language, readJson(path), reference)
    if (checked.ok) catalogues.set(language, checked.messages)
    else faults.push(...checked.faults.map((fault) => `messages/${name}: ${fault}`))
  }
  return faults.length === 0 ? { ok: true, catalogues } : { ok: false, faults }
}

/** Reads the catalogues of our own views folder, which the build has already checked. Throws if one can't be read. */
export function readCatalogues(viewsDirectory: string): ReadonlyMap<string, Messages> {
  const files = catalogueFiles(viewsDirectory)
  return new Map(files.map(([name, path]) => [languageOf(name), JSON.parse(readFileSync(path, 'utf8'))]))
}

function catalogueFiles(viewsDirectory: string): [name: string, path: string][] {
  const directory = join(viewsDirectory, 'messages')
  return namesIn(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, join(directory, name)])
}

function languageOf(fileName: string): string {
  return fileName.slice(0, -'.json'.length)
}

/** Returns no names if a views folder has no catalogues. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** Returns undefined, which no catalogue is, if the file can't be read or isn't JSON. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
