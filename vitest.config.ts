import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need more than Node: see vitest.e2e.config.ts.
    exclude: ['test/e2e/**'],
    testTimeout: 20_000,
  },
})
