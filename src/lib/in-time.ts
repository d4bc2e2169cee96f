/** Returns the result of the work, or rejects with the error from `late` after `durationMs`. It doesn't stop the work. */
export async function inTime<Result>(
  work: Promise<Result>,
  durationMs: number,
  late: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, durationMs))
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
