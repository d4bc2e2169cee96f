/** The last of the panel's own exit codes (its func/main.sh). */
const LAST_EXIT_CODE = 21

/** Whether the panel ran the command; `none`: it did, and a legacy key is told no exit code. */
export function ran(result: number | string): boolean {
  return typeof result === 'number' || result === 'none'
}

/** How a command ended, as one of few words: what answers in the panel's place must not make series without end. */
export function commandResult(result: number | string): string {
  if (typeof result === 'number') return result <= LAST_EXIT_CODE ? String(result) : 'other'
  return withoutStatus(result)
}

/** The words for an answer that is not the panel's end with its HTTP status, which whoever answers may choose. */
export function withoutStatus(word: string): string {
  return word.replace(/-http-\d+$/, '')
}
