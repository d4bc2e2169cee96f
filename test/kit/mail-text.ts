/** A message's text, and its headers by lower-case name. */
export interface ParsedMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Parses a plain-text message as it was sent. */
export function parseMessage(raw: string): ParsedMessage {
  const end = raw.indexOf('\r\n\r\n')
  const fields = raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]/g, ' ')
    .split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 2),
    ]),
  )
  const body = raw.slice(end + 4)
  return { headers, text: decoded(body, headers['content-transfer-encoding']) }
}

function decoded(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8')
  return encoding === 'quoted-printable' ? unquoted(body) : body
}

/** Decodes quoted-printable (RFC 2045, section 6.7). */
function unquoted(body: string): string {
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
