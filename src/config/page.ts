import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { findTemplateFaults, templateNames } from '../http/page/templates.js'
import type { Messages } from '../languages/catalogue.js'
import { type LoadedCatalogues, loadCatalogues, readCatalogues } from '../languages/load-catalogues.js'
import { type AddFault, errorCode } from './environment.js'
import { fault, isBare, isHost, isHttpsOrLoopback, parseUrl, type ValuesOf } from './fields.js'
import { VIEWS, viewsDirectories } from './views-folder.js'

export const title = 'The page'

export const variables = {
  REKEY_LANGUAGE: z
    .string()
    .default('en')
    .describe('The language used when neither `?lang=` nor the browser matches an available language.'),
  REKEY_FRAME_ANCESTORS: frameAncestors().describe(
    'The origins that may show the page in a frame, such as `https://webmail.example.org`, joined by commas.',
  ),
  REKEY_VIEWS_DIR: z
    .string()
    .optional()
    .describe('A folder with [your own templates](branding.md#your-own-templates), assets and texts.'),
}

type Values = ValuesOf<typeof variables>

/** The page's languages and templates, and the frames that may show it. */
export function select(values: Values, addFault: AddFault) {
  return {
    /** Used when neither `?lang=` nor the browser matches an available language. */
    language: values.REKEY_LANGUAGE,
    /** Origins whose pages may show the page in a frame. */
    frameAncestors: values.REKEY_FRAME_ANCESTORS,
    /** Views that override ours file by file: templates, `assets/` and `messages/`. */
    viewsDirectory: selectViews(values, addFault),
    /** The texts of every language. */
    catalogues: selectCatalogues(values, addFault),
  }
}

/** Origins that may show the page in a frame, joined by commas. */
function frameAncestors() {
  const message =
    'must be origins such as https://webmail.example.org, joined by commas (plain http only on the loopback)'
  return z
    .string()
    .default('')
    .transform((value, context): readonly string[] => {
      if (value === '') return []
      const origins = value.split(',').map((entry) => parseAncestor(entry.trim()))
      const known = origins.filter((origin) => origin !== undefined)
      return known.length === origins.length ? known : fault(context, message)
    })
}

function parseAncestor(entry: string): string | undefined {
  const url = parseUrl(entry)
  if (!url || !isHttpsOrLoopback(url) || !/^https?:\/\/[^/]+\/?$/i.test(entry)) return undefined
  return isBare(url) && isAncestorHost(url.hostname) ? url.origin : undefined
}

/** The URL standard allows `*` and `;` in a host. The only IP address that CSP 3 matches is 127.0.0.1 ("host-part matches"). */
function isAncestorHost(hostname: string): boolean {
  return isHost(hostname) && (!/^[\d.]+$|^\[/.test(hostname) || hostname === '127.0.0.1')
}

/** Loads the catalogues, and checks them if the administrator has added some. One must have the configured language. */
function selectCatalogues(
  { REKEY_LANGUAGE: language, REKEY_VIEWS_DIR: own }: Values,
  addFault: AddFault,
): ReadonlyMap<string, Messages> {
  const loaded = own === undefined ? readOurs() : loadCatalogues(viewsDirectories(own))
  if (!loaded.ok) {
    loaded.faults.forEach(addFault)
    return new Map()
  }
  if (!loaded.catalogues.has(language)) {
    addFault(`REKEY_LANGUAGE must be one of ${[...loaded.catalogues.keys()].toSorted().join(', ')}`)
  }
  return loaded.catalogues
}

const VIEWS_DIR = 'REKEY_VIEWS_DIR'

/**
 * Checks the administrator's folder of views: each template must compile, and each file must replace one of ours. Ignores names
 * that begin with a dot, such as `.git` and those of editors and Kubernetes.
 */
function selectViews({ REKEY_VIEWS_DIR: directory }: Values, addFault: AddFault): string | undefined {
  if (directory === undefined) return undefined
  try {
    addNameFaults(directory, addFault)
    for (const { name, line } of findTemplateFaults(viewsDirectories(directory))) {
      const where = line === undefined ? '' : `: see line ${line}`
      addFault(`${VIEWS_DIR} has ${name}, which isn’t a valid template${where}`)
    }
  } catch (error) {
    addFault(`${VIEWS_DIR} can't be read (${errorCode(error)})`)
  }
  return directory
}

function addNameFaults(directory: string, addFault: AddFault): void {
  const known = [...templateNames(VIEWS), 'assets/', 'messages/']
  for (const name of visibleNames(directory)) {
    // Printed as JSON, because a name can contain a line break.
    const printed = JSON.stringify(name)
    const entry = statSync(join(directory, name), { throwIfNoEntry: false })
    if (!entry) addFault(`${VIEWS_DIR} has ${printed}, which is a broken link`)
    else if (!known.includes(entry.isDirectory() ? `${name}/` : name)) {
      addFault(`${VIEWS_DIR} has ${printed}, which replaces nothing; you can replace ${known.join(', ')}`)
    }
  }
}

function visibleNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort()
}

let ours: ReadonlyMap<string, Messages> | undefined

/** Reads them once: they don't change while a process runs. */
function readOurs(): LoadedCatalogues {
  ours ??= readCatalogues(VIEWS)
  return { ok: true, catalogues: ours }
}
