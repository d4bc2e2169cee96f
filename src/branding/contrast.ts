/** A colour of sRGB: red, green and blue from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number]

/** The least contrast of text that is not large (WCAG 2.2, success criterion 1.4.3). */
export const LEAST_CONTRAST = 4.5

/** Reads `#rrggbb`; undefined if it is none. */
export function parseColor(text: string): Color | undefined {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text) ?? []
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

/** @returns the colour as `#rrggbb` */
export function printColor(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** WCAG 2.2, "contrast ratio": from 1 (none) to 21 (black on white), whichever of the two is the text. */
export function contrast(one: Color, other: Color): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** WCAG 2.2, "relative luminance": from 0 (black) to 1 (white). */
function luminance(color: Color): number {
  const [red, green, blue] = color.map(linear) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
