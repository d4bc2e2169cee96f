import { existsSync } from 'node:fs'

/** The folder with package.json, `dist/` and `views/`. The build puts code elsewhere than it stands in `src/`, so it is looked for. */
export const packageFolder = findPackage(new URL('.', import.meta.url))

function findPackage(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : findPackage(new URL('..', folder))
}
