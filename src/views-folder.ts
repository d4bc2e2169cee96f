import { fileURLToPath } from 'node:url'

/** Our own templates, assets and catalogues. */
export const VIEWS = new URL('../views/', import.meta.url)

/** Where views are looked for: in the administrator's folder, if there is one, and then in ours. */
export function viewsDirectories(own: string | undefined): string[] {
  return [...(own === undefined ? [] : [own]), fileURLToPath(VIEWS)]
}
