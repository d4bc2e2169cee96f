import encodeQR from 'qr'

/** Around the code, as ISO/IEC 18004 asks for; in modules. */
const QUIET_ZONE = 4

/** A QR code with its quiet zone, to be drawn in one colour on another. */
export interface QrCode {
  /** The length of a side, in modules. */
  readonly size: number
  /** The dark modules, as a path of SVG in which a module is one unit. */
  readonly path: string
}

/** A screen spoils no modules: fewer, larger ones are worth more than correction of errors. */
export function qrCodeOf(text: string): QrCode {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: QUIET_ZONE })
  return { size: rows.length, path: rows.map(pathOfRow).join('') }
}

/** Modules side by side are drawn as one, so that no lines show between them. */
function pathOfRow(modules: readonly boolean[], y: number): string {
  const row = modules.map((isDark) => (isDark ? '#' : ' ')).join('')
  return [...row.matchAll(/#+/g)]
    .map(({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`)
    .join('')
}
