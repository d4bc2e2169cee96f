import jsqr from 'jsqr'

/** A picture in the format of browsers: four bytes for each pixel. */
export interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** Reads a QR code in a picture. */
export function textInPicture({ data, width, height }: Pixels): string | undefined {
  return jsqr.default(data, width, height)?.data
}
