import { defineConfig } from 'vitest/config';

// One schedule at a time: each has a machine's worth of processes.
export default defineConfig({
  test: {
    include: ['test/chaos/*.test.ts'],
    fileParallelism: false,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
    reporters: ['default'],
  },
});
