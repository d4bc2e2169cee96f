import { defineConfig } from 'vitest/config'

/** They start processes, from what `npm run build` made. */
const PROCESSES = [
  'test/process/main.test.ts',
  'test/process/stop.test.ts',
  'test/process/killed.test.ts',
  'test/process/socket.test.ts',
  'test/process/log.test.ts',
  'test/process/demo.test.ts',
  'test/process/package.test.ts',
  'test/ci/audit.test.ts',
  'test/process/doctor.test.ts',
  'test/process/memory.test.ts',
  'test/process/few-files.test.ts',
  'test/process/recovery-store.test.ts',
]

/** How many of them the long random run makes. */
const OPERATIONS = process.env.REKEY_TEST_OPERATIONS ?? '2000'

export default defineConfig({
  test: {
    // Vitest would leave one core to itself, which is half of a machine with two.
    maxWorkers: '100%',
    testTimeout: 20_000,
    coverage: { include: ['src/**/*.ts'], reporter: ['text', 'json-summary'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', ...PROCESSES],
          isolate: false,
          setupFiles: ['test/kit/real-time.ts'],
        },
      },
      { extends: true, test: { name: 'processes', include: PROCESSES } },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/service/model/*.test.ts'],
          env: { REKEY_TEST_OPERATIONS: OPERATIONS },
        },
      },
    ],
  },
})
