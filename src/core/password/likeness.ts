/** A password of more characters is refused as too long, or is unlike every one that is not. */
const MAX_COMPARED_LENGTH = 128

/** Two passwords are near each other up to so many edits, and up to one for each fourth character of the longer one. */
const MAX_EDITS = 3
const CHARACTERS_PER_EDIT = 4

/** From so many characters beside its numbers on, a password is known by them. */
const MIN_BESIDE_NUMBERS = 4

/**
 * Whether somebody who knows the one password would soon guess the other: they differ in case, in Unicode's form, in few
 * characters, or in that besides their numbers.
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

/** A number counts as one character, whichever it is: the next one is what people take for the next password. */
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

/** How many characters must be put in, taken out or replaced (Levenshtein). */
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
