import { defineConfig } from 'vitest/config';

// Faults are about time and processes: one file at a time, and time-outs that no sound run on a busy machine needs.
export default defineConfig({
  test: {
    include: ['test/faults/*.test.ts'],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
    reporters: ['default'],
  },
});
