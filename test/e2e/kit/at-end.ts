type Work = () => unknown

const works: Work[] = []

/** Has something done when all tests of the file are over, however they went; what came last is done first. */
export function atEnd(work: Work): void {
  works.push(work)
}

/** Does what has been asked for since it was last called. */
export async function endFile(): Promise<void> {
  for (const work of works.splice(0).reverse()) await work()
}
