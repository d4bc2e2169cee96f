import { afterAll } from 'vitest'

type Work = () => unknown

const works: Work[] = []

/** Has something done when all tests of the file are over, however they went; what came last is done first. */
export function atEnd(work: Work): void {
  works.push(work)
}

// This is a setup file, so the hook is there before anything starts.
afterAll(async () => {
  for (const work of works.splice(0).reverse()) await work()
})
