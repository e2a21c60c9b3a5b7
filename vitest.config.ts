import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They take minutes: npm run test:faults. A short part of them is test/acceptance/faults.test.ts.
    exclude: ['test/faults/**', 'node_modules/**'],
    // Tests of the engine start real servers and processes: two cores carry two such files at a time.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default'],
  },
});
