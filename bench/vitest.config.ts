import { defineConfig } from 'vitest/config';

// Benchmarks print figures and judge nothing: machines differ, and so does one machine from minute to minute.
export default defineConfig({
  test: {
    include: ['bench/**/*.bench.ts'],
    fileParallelism: false,
    testTimeout: 7_200_000,
    hookTimeout: 120_000,
    disableConsoleIntercept: true,
  },
});
