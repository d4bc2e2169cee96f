import jsqr from 'jsqr'

/** A picture as browsers have it: four bytes for each pixel. */
export interface Pixels {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** What a reader of QR codes finds in a picture. */
export function textInPicture({ data, width, height }: Pixels): string | undefined {
  return jsqr.default(data, width, height)?.data
}
