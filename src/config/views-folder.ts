import { fileURLToPath } from 'node:url'

/** Our own templates and catalogues. */
const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url))

/** Our own styles and scripts, as the build makes them of `views/assets` and `views/scripts`. */
export const ASSETS = fileURLToPath(new URL('../../dist/assets/', import.meta.url))

/** Where views are looked for: in the administrator's folder, if there is one, and then in ours. */
export function viewsDirectories(own: string | undefined): string[] {
  return [...(own === undefined ? [] : [own]), VIEWS]
}
