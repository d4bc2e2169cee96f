/**
 * Finds a language as RFC 4647 section 3.4 does, by dropping parts from the end: `de-AT` finds `de`. A language that exists only with
 * its region is found without it, but only in the script that readers of the asked language use: `zh` finds `zh-CN`, and `zh-HK`
 * finds `zh-TW`. Underscores count as hyphens, because webmail programs write `de_AT`.
 */
export function lookUpLanguage(asked: string, tags: readonly string[]): string | undefined {
  const parts = asked.replaceAll('_', '-').toLowerCase().split('-').slice(0, 8)
  for (let length = parts.length; length > 0; length--) {
    const range = parts.slice(0, length).join('-')
    const found = tags.find((tag) => tag.toLowerCase() === range)
    if (found) return found
  }
  const relatives = tags.filter((tag) => tag.toLowerCase().startsWith(`${parts[0]}-`))
  if (relatives.length === 0) return undefined
  const script = usualScript(parts.join('-'))
  return relatives.find((tag) => usualScript(tag) === script)
}

/** The script that a language is usually written in, by the likely subtags of the Unicode CLDR; undefined for an invalid tag. */
function usualScript(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script
  } catch {
    return undefined
  }
}
