/**
 * Waits for all of them, also where one fails, and then fails as `Promise.all` does: nothing is still under way
 * when the attempt is answered and its line is written.
 */
export async function inParallel<const Work extends readonly Promise<unknown>[]>(work: Work) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
