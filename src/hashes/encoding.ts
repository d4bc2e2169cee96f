/** How the bytes of a hash are encoded. */
export type Encoding = 'text' | 'base64' | 'hex'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const HEX = /^(?:[0-9a-f]{2})*$/i

/** The bytes of a hash, or undefined if it doesn't have this encoding. */
export function decode(text: string, encoding: Encoding): Buffer | undefined {
  switch (encoding) {
    case 'text':
      return Buffer.from(text)
    case 'base64':
      return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined
    case 'hex':
      return HEX.test(text) ? Buffer.from(text, 'hex') : undefined
  }
}

/** Tells the encoding of a hash with this many bytes by its length. */
export function encodingOf(text: string, bytes: number): Encoding {
  return text.length === 2 * bytes ? 'hex' : 'base64'
}
