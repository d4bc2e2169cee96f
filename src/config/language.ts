import type { Messages } from '../languages/catalogue.js'
import { loadCatalogues } from '../languages/load-catalogues.js'
import type { AddFault } from './environment.js'
import type { Values } from './load.js'
import { viewsDirectories } from './views-folder.js'

/** Loads the catalogues; the configured language must be that of one. */
export function selectCatalogues(
  { REKEY_LANGUAGE: language, REKEY_VIEWS_DIR: own }: Values,
  addFault: AddFault,
): ReadonlyMap<string, Messages> {
  const loaded = loadCatalogues(viewsDirectories(own))
  if (!loaded.ok) {
    for (const fault of loaded.faults) addFault(fault)
    return new Map()
  }
  if (!loaded.catalogues.has(language)) {
    addFault(`REKEY_LANGUAGE must be one of ${[...loaded.catalogues.keys()].toSorted().join(', ')}`)
  }
  return loaded.catalogues
}
