import { fileURLToPath } from 'node:url'
import { packageFolder } from './package-folder.js'

/** Our own templates and catalogues. */
export const VIEWS = fileURLToPath(new URL('views/', packageFolder))

/** Our own styles and scripts, which the build makes from `views/assets` and `views/scripts`. */
export const ASSETS = fileURLToPath(new URL('dist/assets/', packageFolder))

/** The folders of views in order of precedence: the administrator's, if there is one, then ours. */
export function viewsDirectories(own: string | undefined): string[] {
  return [...(own === undefined ? [] : [own]), VIEWS]
}
