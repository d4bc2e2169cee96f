import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const LONGEST =
  /\/(?:debian-package|page-languages|page-axe|docker|package|random-run|redis-killed|roundcube-rekey|setup)\.test\.ts$/

/** Vitest begins with the largest files, and one that takes longest would be left alone at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONGEST.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // They mostly wait for the programs, so more than one may run on a core.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // No file changes what others see of a process, and a browser serves them all.
    isolate: false,
    setupFiles: ['test/e2e/kit/each-file.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Dovecot looks at a login file once a second.
    expect: { poll: { timeout: 5000 } },
  },
})
