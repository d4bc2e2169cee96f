import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They need more than Node: see vitest.e2e.config.ts.
    exclude: ['test/e2e/**'],
    // Vitest would leave one core to itself, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 20_000,
    // Of what runs in the tests' own processes: what they start is not counted.
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'json-summary'] },
  },
})
