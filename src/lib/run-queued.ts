import { inTime } from './in-time.js'

/** Has work done when its turn comes, and gives its result. */
export type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Runs the work in its turn, or rejects with the error made by `late` if that does not come within `maxWaitMs`: it is not run then. */
export async function runQueued<Result>(
  queue: Queue,
  maxWaitMs: number,
  late: () => Error,
  work: () => Promise<Result>,
): Promise<Result> {
  let gaveUp = false
  let begin = (): void => undefined
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const result = queue(async () => {
    if (gaveUp) throw late()
    begin()
    return await work()
  })
  try {
    await inTime(Promise.race([begun, result]), maxWaitMs, late)
  } catch (error) {
    gaveUp = true
    result.catch(() => undefined)
    throw error
  }
  return await result
}
