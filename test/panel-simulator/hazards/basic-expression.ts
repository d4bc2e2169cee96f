/**
 * Whether a line matches a POSIX basic regular expression, as GNU grep and sed read it: with an anchor at its start,
 * bracket expressions without named classes, groups, alternatives and single repetitions. What is no expression
 * matches no line.
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

/** A bracket expression, whose first character may be a closing bracket, or one character, with its backslash if any. */
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
  // What is an operator in JavaScript's expressions is one here only after a backslash.
  if (/^\\[(){}|+?]$/.test(token)) return token.slice(1)
  return token.replace(/^\\(?=.)/su, '').replace(/[\\^$.*+?()[\]{}|/]/, '\\$&')
}
