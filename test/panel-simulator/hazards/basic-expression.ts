/**
 * Matches lines with a POSIX basic regular expression, as GNU grep and sed do: with an anchor at the start, bracket expressions
 * without named classes, groups, alternatives and single repetitions. An invalid expression matches nothing.
 */
export function createLineMatcher(expression: string): (line: string) => boolean {
  const source = expression.replace(TOKEN, translate)
  try {
    const pattern = new RegExp(source, 'u')
    return (line) => pattern.test(line)
  } catch {
    return () => false
  }
}

/** A bracket expression (its first character may be a closing bracket), or a single character with its backslash, if any. */
const TOKEN = /\[(\^?)(\]?[^\]]*)\]|\\?./gsu

function translate(
  token: string,
  negation: string | undefined,
  members: string | undefined,
  offset: number,
): string {
  if (token === '^' && offset === 0) return token
  if (members !== undefined) return `[${negation}${members.replace(/[\\[\]]/g, '\\$&')}]`
  if (token === '.' || token === '*' || token === '[') return token
  // JavaScript's operators are operators here only after a backslash.
  if (/^\\[(){}|+?]$/.test(token)) return token.slice(1)
  return token.replace(/^\\(?=.)/su, '').replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}
