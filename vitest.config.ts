import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They take minutes: npm run test:faults, npm run test:chaos. Short parts of them are in test/acceptance.
    exclude: ['test/faults/**', 'test/chaos/**', 'node_modules/**'],
    // Tests of the engine start real servers and processes: two cores carry two such files at a time.
    maxWorkers: 2,
    // A time that no sound run needs, also on a machine with three times the load: a hang is caught all the same.
    testTimeout: 300_000,
    hookTimeout: 180_000,
    reporters: ['default'],
  },
});
