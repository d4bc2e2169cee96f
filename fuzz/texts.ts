import fc from 'fast-check'

/**
 * Characters that cause trouble in parsers: ends of lines and texts, quotes, numbers that are too large, characters that fold.
 */
const ODD = ['', '\0', '\n', '\r\n', ' ', '\t', '"', "'", '\\', '{', '}', '[', ']', '<', '>', ',', ';', ':']
const NUMBERS = ['0', '1', '9', '10', '255', '65536', '4294967296', '1e9', '-1', '0x0', '007', 'NaN']
const LETTERS = [
  '\u00ad',
  '\u200b',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\ufffd',
  '\ud800',
  'ı',
  'ß',
  '١',
  '＠',
  '💥',
]

const anything = fc.string({ unit: 'binary', maxLength: 6 })

interface Edit {
  readonly at: number
  readonly without: number
  readonly put: string
}

/**
 * Texts like the given ones: unchanged, or with pieces inserted, removed or cut off.
 *
 * @param pieces texts that have a meaning for the reader
 */
export function edited(texts: readonly string[], pieces: readonly string[] = []): fc.Arbitrary<string> {
  const put = fc.oneof(fc.constantFrom(...ODD, ...NUMBERS, ...LETTERS, ...pieces), anything)
  const without = fc.constantFrom(0, 0, 1, 2, 8, Number.POSITIVE_INFINITY)
  const edits = fc.array(fc.record({ at: fc.nat(), without, put }), { maxLength: 4, size: 'max' })
  return fc.tuple(fc.constantFrom(...texts), edits).map(([text, made]) => made.reduce(edit, text))
}

function edit(text: string, { at, without, put }: Edit): string {
  const start = at % (text.length + 1)
  return text.slice(0, start) + put + text.slice(start + without)
}

/** The same, but most texts are unchanged. */
export function seldomEdited(texts: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...texts) },
    { weight: 1, arbitrary: edited(texts, pieces) },
  )
}

/** Dialogues like the given ones, with few parts edited. */
export function dialogues(
  known: readonly (readonly string[])[],
  pieces: readonly string[],
): fc.Arbitrary<readonly string[]> {
  return fc.oneof(...known.map((parts) => fc.tuple(...parts.map((part) => seldomEdited([part], pieces)))))
}

/** Random sequences of the pieces and arbitrary text. */
export function mixed(pieces: readonly string[], maxPieces: number): fc.Arbitrary<string> {
  const piece = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, anything)
  return fc.array(piece, { maxLength: maxPieces, size: 'max' }).map((all) => all.join(''))
}

/** Texts of a given length that mostly repeat one piece. They take longest in a pattern that backtracks. */
export function repeated(pieces: readonly string[], length: number): fc.Arbitrary<string> {
  const few = mixed(pieces, 3)
  return fc
    .tuple(few, few, few)
    .map(([start, middle, end]) =>
      `${start}${(middle || 'a').repeat(length)}`.slice(0, length - end.length).concat(end),
    )
}
