import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** These start whole services, as does all that is in `test/changes`. */
const SLOWER = /\/test\/changes\/|\/panel\/breaker\.test\.ts$/

/** Vitest begins with what takes longest, and Stryker goes on to the next mutant as soon as one test fails. */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOWER.test(moduleId)
    return [...sorted.filter((file) => !isSlow(file)), ...sorted.filter(isSlow)]
  }
}

/**
 * The tests that `npm run mutation` runs again and again: those of the rooms that it looks at, and of what these rest on.
 * A change as a whole, and the breaker, are proved by services before a simulated panel; of those few are needed.
 */
export default defineConfig({
  test: {
    include: ['test/{core,lib,limits,panel,store}/**/*.test.ts', 'test/changes/{changes,mail-login}.test.ts'],
    exclude: ['test/limits/limits.test.ts', 'test/panel/{bans,panel-faults}.test.ts'],
    isolate: false,
    sequence: { sequencer: QuickestFirst },
  },
})
