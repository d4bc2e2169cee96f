import { fileURLToPath } from 'node:url'

/** Our own templates and catalogues. */
const VIEWS = fileURLToPath(new URL('../../views/', import.meta.url))

/** Our own styles and scripts, as the build makes them of `views/assets` and `views/scripts`. */
export const ASSETS = fileURLToPath(new URL('../../dist/assets/', import.meta.url))

/** The folders of views, in the order of their use: the administrator's, if there is one, then ours. */
export function viewsDirectories(own: string | undefined): string[] {
  return [...(own === undefined ? [] : [own]), VIEWS]
}
