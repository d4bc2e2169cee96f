type Work = () => unknown

const works: Work[] = []

/** Runs something when all tests of the file are over, even if they failed. The last one registered runs first. */
export function atEnd(work: Work): void {
  works.push(work)
}

/** Runs everything registered since the last call. */
export async function endFile(): Promise<void> {
  for (const work of works.splice(0).reverse()) await work()
}
