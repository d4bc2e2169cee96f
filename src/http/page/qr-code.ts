import encodeQR from 'qr'

/** The margin that ISO/IEC 18004 requires, in modules. */
const QUIET_ZONE = 4

/** A QR code with its quiet zone, to draw in one color on another. */
export interface QrCode {
  /** The length of a side, in modules. */
  readonly size: number
  /** The dark modules as an SVG path, in which a module is one unit. */
  readonly path: string
}

/** Uses little error correction: a screen damages no modules, so fewer and larger ones are better. */
export function qrCodeOf(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: QUIET_ZONE })
  return { size: rows.length, path: rows.map(pathOfRow).join('') }
}

/** Draws adjacent modules as one, so that no lines show between them. */
function pathOfRow(modules: readonly boolean[], y: number): string {
  const row = modules.map((isDark) => (isDark ? '#' : ' ')).join('')
  return [...row.matchAll(/#+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
    .join('')
}
