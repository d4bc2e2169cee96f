import { fileURLToPath } from 'node:url'

/** The path of a file of the project, from its path relative to the root. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}
