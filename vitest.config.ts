import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need more than Node: see vitest.e2e.config.ts.
    exclude: ['test/e2e/**'],
    // Vitest would leave one core to itself, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 20_000,
  },
})
