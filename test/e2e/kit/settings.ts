import { blocksFrom } from './document.js'

/**
 * The settings that the documentation gives for Roundcube under a heading, with what holds in a test in the place of
 * what stands there as an example.
 */
export function settingsFrom(heading: string, replacements: Readonly<Record<string, string>>): string {
  const settings = blocksFrom('docs/roundcube.md', heading, 'php').join('')
  return Object.entries(replacements).reduce((text, [example, value]) => {
    if (!text.includes(example)) throw new Error(`docs/roundcube.md has no ${example} under “${heading}”`)
    return text.replaceAll(example, value)
  }, settings)
}
