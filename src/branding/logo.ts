/** The logo of the organization that runs the service. */
export interface Logo {
  readonly type: 'image/svg+xml' | 'image/png' | 'image/jpeg' | 'image/webp'
  readonly bytes: Buffer
}

/** What may come before the first element, apart from comments: a byte order mark, the XML declaration, a document type. */
const SVG = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!DOCTYPE\s[^>[]*(?:\[[^\]]*\]\s*)?>\s*)?<svg[\s/>]/
const COMMENT = /<!--[\s\S]*?-->/g

/** Detects the type of a picture by its first bytes, whatever its file is called. Returns undefined for any other type. */
export function parseLogo(bytes: Buffer): Logo | undefined {
  const type = typeOf(bytes)
  return type && { type, bytes }
}

function typeOf(bytes: Buffer): Logo['type'] | undefined {
  // PNG, section 5.2; JPEG, ISO/IEC 10918-1 B.1.1.3; WebP, RFC 9649 section 2.4.
  const start = bytes.toString('latin1', 0, 12)
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'image/webp'
  return SVG.test(bytes.toString('utf8').replace(COMMENT, '')) ? 'image/svg+xml' : undefined
}
