// Part of this runs in the browser. `npm run build` still checks that the service only uses what Node has.
/// <reference lib="dom" />

import type { Page } from 'playwright-core'
import { textInPicture } from '../../kit/read-qr.js'

/** Reads the QR code from a screenshot of the page. */
export async function readQrCode(page: Page): Promise<string | undefined> {
  const picture = await page.locator('svg.qr').screenshot()
  const { pixels, ...size } = await page.evaluate(decodePng, picture.toString('base64'))
  return textInPicture({ ...size, data: new Uint8ClampedArray(Buffer.from(pixels, 'base64')) })
}

/** Runs in the browser. */
async function decodePng(base64: string) {
  const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))
  const image = await createImageBitmap(new Blob([bytes]))
  const { width, height } = image
  const context = new OffscreenCanvas(width, height).getContext('2d')
  if (!context) throw new Error('no canvas')
  context.drawImage(image, 0, 0)
  const { data } = context.getImageData(0, 0, width, height)
  let binary = ''
  for (const byte of data) binary += String.fromCharCode(byte)
  return { width, height, pixels: btoa(binary) }
}
