import { fileURLToPath } from 'node:url'

/** Our own templates and catalogues, beside the code. */
export const VIEWS_DIRECTORY = fileURLToPath(new URL('../views/', import.meta.url))

/** Our own styles and scripts as the build makes them of `views/assets` and `views/scripts`. */
export const ASSETS_DIRECTORY = fileURLToPath(new URL('../dist/assets/', import.meta.url))
