/** An sRGB color: red, green and blue from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number]

/** The minimum contrast for text of normal size (WCAG 2.2, success criterion 1.4.3). */
export const LEAST_CONTRAST = 4.5

/** Reads `#rrggbb`. Returns undefined for anything else. */
export function parseColor(text: string): Color | undefined {
  const [, red, green, blue] = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(text) ?? []
  if (red === undefined || green === undefined || blue === undefined) return undefined
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)]
}

/** @returns the color as `#rrggbb` */
export function printColor(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

/** The contrast ratio of WCAG 2.2: from 1 (none) to 21 (black on white), in either order. */
export function contrast(one: Color, other: Color): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** The relative luminance of WCAG 2.2: from 0 (black) to 1 (white). */
function luminance(color: Color): number {
  const [red, green, blue] = color.map(linear) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** A color that stands out from the page behind it, and the color of text on it. */
export interface AccentPair {
  readonly accent: Color
  readonly onAccent: Color
}

/** The administrator's color as the page uses it, in light and dark mode. */
export interface Accent {
  readonly light: AccentPair
  readonly dark: AccentPair
}

/** The backgrounds behind the accent, as in `views/assets/style.css`. */
const WHITE: Color = [0xff, 0xff, 0xff]
export const LIGHT_PAPERS: readonly Color[] = [WHITE, [0xf2, 0xf4, 0xf7]]
export const DARK_PAPERS: readonly Color[] = [
  [0x1b, 0x23, 0x2c],
  [0x11, 0x17, 0x1d],
]

const DARK_INK: Color = [0x10, 0x20, 0x2f]

/** In how many steps a color is lightened to white. */
const STEPS = 100

/**
 * Derives the page's colors from one that has `LEAST_CONTRAST` with each of `LIGHT_PAPERS`. Every pair of text and background
 * then has it. For dark mode, the color is lightened only as far as needed.
 */
export function createAccent(color: Color): Accent {
  return { light: pairOf(color), dark: pairOf(lightened(color)) }
}

/** @returns a stylesheet that replaces our own accent */
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
