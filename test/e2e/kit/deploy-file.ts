import { readFileSync } from 'node:fs'

/**
 * A file of deploy/ as an administrator would adapt it: every example in it replaced by what holds here. An example
 * that is not there is an error, so that no test passes by a file that says something else.
 */
export function adapt(file: string, replacements: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8')
  return Object.entries(replacements).reduce((adapted, [example, value]) => {
    if (!adapted.includes(example)) throw new Error(`deploy/${file} has no ${example}`)
    return adapted.replaceAll(example, value)
  }, text)
}
