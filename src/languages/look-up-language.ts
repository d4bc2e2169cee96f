/**
 * Finds a language as RFC 4647 section 3.4 does, by leaving out parts from the end (`de-AT` finds `de`); a language that
 * is there only with its region is found without it (`zh` finds `zh-CN`). Webmail programs write `de_AT`.
 */
export function lookUpLanguage(asked: string, tags: readonly string[]): string | undefined {
  const parts = asked.replaceAll('_', '-').toLowerCase().split('-').slice(0, 8)
  for (let length = parts.length; length > 0; length--) {
    const range = parts.slice(0, length).join('-')
    const found = tags.find((tag) => tag.toLowerCase() === range)
    if (found) return found
  }
  return tags.find((tag) => tag.toLowerCase().startsWith(`${parts[0]}-`))
}
