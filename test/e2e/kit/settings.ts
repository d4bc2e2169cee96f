import { blocksFrom } from './document.js'

/** The documented settings for Roundcube under a heading, with the examples replaced by a test's values. */
export function settingsFrom(heading: string, replacements: Readonly<Record<string, string>>): string {
  const settings = blocksFrom('docs/roundcube.md', heading, 'php').join('')
  return Object.entries(replacements).reduce((text, [example, value]) => {
    if (!text.includes(example)) throw new Error(`docs/roundcube.md has no ${example} under “${heading}”`)
    return text.replaceAll(example, value)
  }, settings)
}
