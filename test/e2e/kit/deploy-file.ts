import { readFileSync } from 'node:fs'

/** Texts of a file of deploy/, and what takes their places. */
export type Changes = Readonly<Record<string, string>>

/**
 * A file of deploy/ as an administrator would adapt it: every example in it replaced by what holds here. An example
 * that is not there is an error, so that no test passes by a file that says something else.
 */
export function adapt(file: string, changes: Changes): string {
  const text = readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8')
  return Object.entries(changes).reduce((adapted, [example, value]) => {
    if (!adapted.includes(example)) throw new Error(`deploy/${file} has no ${example}`)
    return adapted.replaceAll(example, value)
  }, text)
}
