import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // The machine has two cores and the end-to-end tests start a stack of their own.
    maxWorkers: 2,
    testTimeout: 20_000,
  },
});
