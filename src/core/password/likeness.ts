/** A longer password is too long, or differs enough from every shorter one. */
const MAX_COMPARED_LENGTH = 128

/** Passwords are close if at most this many edits separate them, and at most one for every four characters of the longer. */
const MAX_EDITS = 3
const CHARACTERS_PER_EDIT = 4

/** Numbers are ignored only if both passwords have at least this many other characters. */
const MIN_BESIDE_NUMBERS = 4

/**
 * Whether someone who knows one password could easily guess the other: they differ only in case, in Unicode form, in a few
 * characters or in their numbers.
 */
export function isMuchLike(password: string, other: string): boolean {
  const [one, two] = [folded(password), folded(other)]
  if (Math.max(one.length, two.length) > MAX_COMPARED_LENGTH) return false
  if (areNear(one, two)) return true
  return [one, two].every(hasMoreThanNumbers) && areNear(raised(one), raised(two))
}

function folded(password: string): string[] {
  return [...password.normalize('NFKC').toLowerCase()]
}

/** Any number becomes one character: people often just raise the number. */
function raised(characters: readonly string[]): string[] {
  return [...characters.join('').replaceAll(/\p{Nd}+/gu, '0')]
}

function hasMoreThanNumbers(characters: readonly string[]): boolean {
  return characters.filter((character) => !/\p{Nd}/u.test(character)).length >= MIN_BESIDE_NUMBERS
}

function areNear(one: readonly string[], two: readonly string[]): boolean {
  const longer = Math.max(one.length, two.length)
  return editDistance(one, two) <= Math.min(MAX_EDITS, Math.floor(longer / CHARACTERS_PER_EDIT))
}

/** Levenshtein distance. */
function editDistance(one: readonly string[], two: readonly string[]): number {
  let above = Array.from({ length: two.length + 1 }, (_, index) => index)
  for (const [row, character] of one.entries()) {
    const line = [row + 1]
    for (const [column, other] of two.entries()) {
      const replaced = (above[column] ?? 0) + (character === other ? 0 : 1)
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1))
    }
    above = line
  }
  return above.at(-1) ?? 0
}
