import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { findTemplateFaults, templateNames } from '../http/page/templates.js'
import { type AddFault, errorCode } from './environment.js'
import type { Values } from './load.js'
import { viewsDirectories } from './views-folder.js'

const NAME = 'REKEY_VIEWS_DIR'

/**
 * The administrator's folder of views, looked through: every template compiles, and each name overrides something. Names
 * that begin with a dot are passed over: `.git`, and what editors and Kubernetes leave there.
 */
export function selectViews({ REKEY_VIEWS_DIR: directory }: Values, addFault: AddFault): string | undefined {
  if (directory === undefined) return undefined
  try {
    addNameFaults(directory, addFault)
    for (const { name, line } of findTemplateFaults(viewsDirectories(directory))) {
      const where = line === undefined ? '' : `: see line ${line}`
      addFault(`${NAME} has ${name}, whose syntax is not that of a template${where}`)
    }
  } catch (error) {
    addFault(`${NAME} names a folder that can't be read (${errorCode(error)})`)
  }
  return directory
}

function addNameFaults(directory: string, addFault: AddFault): void {
  const [ours = ''] = viewsDirectories(undefined)
  const templates = templateNames(ours)
  const known = [...templates, 'assets/', 'messages/']
  for (const name of visibleNames(directory)) {
    // A name may hold a line break: it is printed as JSON.
    const printed = JSON.stringify(name)
    const entry = statSync(join(directory, name), { throwIfNoEntry: false })
    if (!entry) addFault(`${NAME} has ${printed}, a link that leads nowhere`)
    else if (!known.includes(entry.isDirectory() ? `${name}/` : name)) {
      addFault(`${NAME} has ${printed}, which overrides nothing; there are ${known.join(', ')}`)
    }
  }
}

function visibleNames(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => !name.startsWith('.'))
    .sort()
}
