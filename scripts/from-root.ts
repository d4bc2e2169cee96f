import { fileURLToPath } from 'node:url'

/** The path of a file of the project. */
export function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url))
}
