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

/** A colour that is told from the page behind it, and the colour of text upon it. */
export interface AccentPair {
  readonly accent: Color
  readonly onAccent: Color
}

/** The administrator's colour as the page uses it, by the system's choice of light or dark. */
export interface Accent {
  readonly light: AccentPair
  readonly dark: AccentPair
}

/** What stands behind the accent: these are the papers and grounds of `views/assets/style.css`. */
const WHITE: Color = [0xff, 0xff, 0xff]
export const LIGHT_PAPERS: readonly Color[] = [WHITE, [0xf2, 0xf4, 0xf7]]
export const DARK_PAPERS: readonly Color[] = [
  [0x1b, 0x23, 0x2c],
  [0x11, 0x17, 0x1d],
]

const DARK_INK: Color = [0x10, 0x20, 0x2f]

/** How finely a colour is lightened: in so many steps it is white. */
const STEPS = 100

/**
 * Derives what the page needs from a colour that has `LEAST_CONTRAST` with each of `LIGHT_PAPERS`: every pair of text and
 * paper has it too. For the dark page the colour is lightened no more than is needed.
 */
export function createAccent(color: Color): Accent {
  return { light: pairOf(color), dark: pairOf(lightened(color)) }
}

/** @returns a stylesheet that puts the accent in the place of our own */
export function accentStylesheet({ light, dark }: Accent): string {
  return `:root {
  --accent: ${printColor(light.accent)};
  --on-accent: ${printColor(light.onAccent)};
}

@media (prefers-color-scheme: dark) {
  :root {
    --accent: ${printColor(dark.accent)};
    --on-accent: ${printColor(dark.onAccent)};
  }
}
`
}

function pairOf(accent: Color): AccentPair {
  return { accent, onAccent: contrast(accent, WHITE) >= LEAST_CONTRAST ? WHITE : DARK_INK }
}

function lightened(color: Color): Color {
  for (let step = 0; step < STEPS; step += 1) {
    const lighter = mixWithWhite(color, step / STEPS)
    if (DARK_PAPERS.every((paper) => contrast(lighter, paper) >= LEAST_CONTRAST)) return lighter
  }
  return WHITE
}

function mixWithWhite(color: Color, share: number): Color {
  const mix = (channel: number): number => Math.round(channel + (255 - channel) * share)
  return [mix(color[0]), mix(color[1]), mix(color[2])]
}
