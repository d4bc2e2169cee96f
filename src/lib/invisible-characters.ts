/** Scripts whose keyboards have the two joiners, because these change how letters look (Unicode Standard, section 23.2). */
const JOINING_SCRIPTS = [
  'Adlam',
  'Arabic',
  'Balinese',
  'Bengali',
  'Chakma',
  'Devanagari',
  'Gujarati',
  'Gurmukhi',
  'Hanifi_Rohingya',
  'Javanese',
  'Kannada',
  'Khmer',
  'Malayalam',
  'Mandaic',
  'Meetei_Mayek',
  'Mongolian',
  'Myanmar',
  'Newa',
  'Nko',
  'Oriya',
  'Sinhala',
  'Syriac',
  'Tamil',
  'Telugu',
  'Tibetan',
]

const JOINING_SCRIPT = `[${JOINING_SCRIPTS.map((script) => String.raw`\p{scx=${script}}`).join('')}]`

const MARK = String.raw`(?!\p{Default_Ignorable_Code_Point})\p{M}`

const JOINED = String.raw`(?=\p{L})${JOINING_SCRIPT}(?:${MARK})*`

const EMOJI = String.raw`\p{ExtPict}(?:\p{EMod}|[\uFE0E\uFE0F])?`

/** Where characters that can't be seen themselves can be told by what stands beside them. */
const SEEN = [
  // A zero-width non-joiner keeps two letters apart; a zero-width joiner changes the letter before it.
  String.raw`${JOINED}(?:\u200C(?=(?=\p{L}|${MARK})${JOINING_SCRIPT})|\u200D)`,
  // Mongolian has variants of letters, and a vowel apart from its word.
  String.raw`(?=\p{L})\p{scx=Mongolian}[\u180B-\u180F]`,
  // Emoji as keyboards send them (UTS #51, section 1.4.9): flags of regions, joined ones, digits on keys.
  String.raw`\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}`,
  String.raw`${EMOJI}(?:\u200D${EMOJI})*`,
  String.raw`[0-9#*]\uFE0F\u20E3`,
  // Signs that stand before numbers, and are format characters only to Unicode (Prepended_Concatenation_Mark).
  String.raw`[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]`,
].join('|')

/** Also blanks that are no spaces: that of Braille, and the place of an object that pasted text has lost. */
const INVISIBLE = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\u2800\uFFFC]`

const SEEN_OR_INVISIBLE = new RegExp(`(${SEEN})|${INVISIBLE}`, 'gu')

/**
 * Whether a text holds a character that nobody sees, or that turns its direction: a text that looks the same, typed again,
 * would be another one. Joined emoji are seen, and so are the joiners between letters of scripts that need them.
 */
export function holdsInvisible(text: string): boolean {
  return withoutInvisible(text) !== text
}

/** The text without the characters that `holdsInvisible` finds. */
export function withoutInvisible(text: string): string {
  return text.replace(SEEN_OR_INVISIBLE, '$1')
}
