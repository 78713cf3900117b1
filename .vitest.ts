import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // The machine has two cores and the end-to-end tests start a stack of their own.
    maxWorkers: 2,
    testTimeout: 20_000,
    // Hooks start real processes, beside another file's on a machine of any speed.
    hookTimeout: 180_000,
  },
});
