import { createHash } from 'node:crypto'

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The order in which the 16 bytes of the digest are written, in groups of three. */
const OUTPUT_ORDER: readonly (readonly [number, number, number])[] = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
]

/**
 * Computes the hash part of FreeBSD's MD5-crypt, as in crypt(5): the part after `$1$SALT$`.
 *
 * @param salt 0 to 8 characters
 */
export function md5Crypt(password: string, salt: string): string {
  const key = Buffer.from(password)
  const saltBytes = Buffer.from(salt)
  const inner = md5(key, saltBytes, key)

  const start: Uint8Array[] = [key, Buffer.from('$1$'), saltBytes]
  for (let left = key.length; left > 0; left -= 16) start.push(inner.subarray(0, Math.min(left, 16)))
  // Each bit of the key's length adds either a zero byte or the key's first byte.
  for (let bits = key.length; bits > 0; bits >>= 1)
    start.push(bits & 1 ? Buffer.from([0]) : key.subarray(0, 1))

  let digest = md5(...start)
  for (let round = 0; round < 1000; round++) {
    const odd = round % 2 === 1
    digest = md5(
      odd ? key : digest,
      ...(round % 3 === 0 ? [] : [saltBytes]),
      ...(round % 7 === 0 ? [] : [key]),
      odd ? digest : key,
    )
  }
  const triples = OUTPUT_ORDER.map(([a, b, c]) =>
    encode((byte(digest, a) << 16) | (byte(digest, b) << 8) | byte(digest, c), 4),
  )
  return triples.join('') + encode(byte(digest, 11), 2)
}

function md5(...parts: readonly Uint8Array[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest()
}

function byte(digest: Buffer, index: number): number {
  return digest[index] ?? 0
}

function encode(value: number, length: number): string {
  return Array.from({ length }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join('')
}
