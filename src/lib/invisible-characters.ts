/**
 * Scripts that need the two joiners, which change how letters look (Unicode Standard, section 23.2). Their keyboards have them.
 */
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

/** Places where an invisible character visibly changes the characters next to it. */
const SEEN = [
  // A zero-width non-joiner separates two letters. A zero-width joiner changes the letter before it.
  String.raw`${JOINED}(?:\u200C(?=(?=\p{L}|${MARK})${JOINING_SCRIPT})|\u200D)`,
  // Mongolian has variants of letters, and vowels separated from their word.
  String.raw`(?=\p{L})\p{scx=Mongolian}[\u180B-\u180F]`,
  // Emoji as keyboards send them (UTS #51, section 1.4.9): flags of regions, joined emoji, keycaps.
  String.raw`\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}`,
  String.raw`${EMOJI}(?:\u200D${EMOJI})*`,
  String.raw`[0-9#*]\uFE0F\u20E3`,
  // Signs before numbers. They are visible, although Unicode calls them format characters (Prepended_Concatenation_Mark).
  String.raw`[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]`,
].join('|')

/** Includes two blanks that aren't spaces: the blank Braille pattern, and the placeholder for an object lost from pasted text. */
const INVISIBLE = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Zl}\p{Zp}\u2800\uFFFC]`

const SEEN_OR_INVISIBLE = new RegExp(`(${SEEN})|${INVISIBLE}`, 'gu')

/**
 * Whether a text contains a character that is invisible or changes the text direction. Retyping what the text looks like would
 * give a different text. Joined emoji are fine, and so are joiners between letters of scripts that need them.
 */
export function holdsInvisible(text: string): boolean {
  return withoutInvisible(text) !== text
}

/** Removes the characters that `holdsInvisible` finds. */
export function withoutInvisible(text: string): string {
  return text.replace(SEEN_OR_INVISIBLE, '$1')
}
