/**
 * Like `Promise.all`, but waits for all of them even if one fails. So nothing is still running when the attempt is answered and
 * logged.
 */
export async function inParallel<const Work extends readonly Promise<unknown>[]>(work: Work) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
