/** The highest of the panel's exit codes (its func/main.sh). */
const LAST_EXIT_CODE = 21

/** Whether the panel ran the command. `none`: it did, but a legacy key gets no exit code. */
export function ran(result: number | string): boolean {
  return typeof result === 'number' || result === 'none'
}

/** The result of a command as one of few labels: another server in the panel's place must not create endless series. */
export function commandResult(result: number | string): string {
  if (typeof result === 'number') return result <= LAST_EXIT_CODE ? String(result) : 'other'
  return withoutStatus(result)
}

/** Removes the HTTP status from the reason for an answer that isn't the panel's: the other server can choose any status. */
export function withoutStatus(word: string): string {
  return word.replace(/-http-\d+$/, '')
}
