import { readFileSync } from 'node:fs'

/** Texts in a file of deploy/, and their replacements. */
export type Changes = Readonly<Record<string, string>>

/**
 * Adapts a file of deploy/ as an administrator would: replaces each example with the real value. Throws if an example is missing,
 * so that no test passes with an outdated file.
 */
export function adapt(file: string, changes: Changes): string {
  const text = readFileSync(new URL(`../../../deploy/${file}`, import.meta.url), 'utf8')
  return Object.entries(changes).reduce((adapted, [example, value]) => {
    if (!adapted.includes(example)) throw new Error(`deploy/${file} has no ${example}`)
    return adapted.replaceAll(example, value)
  }, text)
}
