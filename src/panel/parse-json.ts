/** A record in the panel's layout. Its values aren't escaped, and may contain quotes and backslashes. */
const HEAD = /^\{\n\s*"([^"\n]*)": \{\n/
const MEMBER = /^\s*"(\w+)": "(.*)"$/
const TAIL = /\n\s*\}\s*\}\s*$/

/** Undefined if it isn't JSON. Reads a record in the panel's layout line by line, so no value can break it or add a member. */
export function parseJson(text: string): unknown {
  try {
    return parseLines(text) ?? JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Each member must have its own line and occur once. */
function parseLines(text: string): Record<string, Record<string, string>> | undefined {
  const [head = '', name] = HEAD.exec(text) ?? []
  const tail = TAIL.exec(text)
  if (name === undefined || !tail) return undefined
  const lines = text.slice(head.length, tail.index).split(',\n')
  const members = lines.map((line) => MEMBER.exec(line)).filter((member) => member !== null)
  const record = Object.fromEntries(members.map(([, key = '', value = '']) => [key, value]))
  const isWhole = members.length === lines.length && Object.keys(record).length === lines.length
  return isWhole ? { [name]: record } : undefined
}
