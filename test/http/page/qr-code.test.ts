import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type QrCode, qrCodeOf } from '../../../src/http/page/qr-code.js'
import { type Pixels, textInPicture } from '../../kit/read-qr.js'

/** Pixels for each module. */
const SCALE = 3

function draw({ size, path }: QrCode): Pixels {
  const side = size * SCALE
  const data = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let row = Number(y) * SCALE; row < (Number(y) + 1) * SCALE; row++) {
      const start = (row * side + Number(x) * SCALE) * 4
      for (let at = start; at < start + Number(length) * SCALE * 4; at++) if (at % 4 !== 3) data[at] = 0
    }
  }
  return { data, width: side, height: side }
}

it('a QR code is read back, however long the link is', () => {
  const links = fc
    .stringMatching(/^[A-Za-z0-9_.-]{1,600}$/)
    .map((rest) => `https://mail.example.com/recover#rk1.${rest}`)
  fc.assert(
    fc.property(links, (link) => void expect(textInPicture(draw(qrCodeOf(link)))).toBe(link)),
    { numRuns: 10 },
  )
})

it('a QR code has a quiet zone of four modules', () => {
  const { size, path } = qrCodeOf('https://mail.example.com/recover#rk1.A.A')
  const runs = [...path.matchAll(/M(\d+) (\d+)h(\d+)/g)].map(([, ...numbers]) => numbers.map(Number))
  const edges = runs.flatMap(([x = 0, y = 0, length = 0]) => [x, y, size - x - length, size - y - 1])
  expect(Math.min(...edges)).toBe(4)
})
