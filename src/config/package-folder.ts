import { existsSync } from 'node:fs'

/** The folder with `package.json`, `dist/` and `views/`. Its distance from this file differs between `src/` and the build. */
export const packageFolder = findPackage(new URL('.', import.meta.url))

function findPackage(folder: URL): URL {
  return existsSync(new URL('package.json', folder)) ? folder : findPackage(new URL('..', folder))
}
