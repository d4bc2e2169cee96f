import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.test.ts'],
    // They mostly wait for the programs, so more than one may run on a core.
    maxWorkers: 3,
    setupFiles: ['test/e2e/kit/at-end.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Dovecot looks at a login file once a second.
    expect: { poll: { timeout: 5000 } },
  },
})
