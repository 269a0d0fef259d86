import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 20_000, hookTimeout: 60_000 };

/** Each file starts several processes: one file at a time, after the units. */
const inTurn = { ...shared, testTimeout: 60_000, fileParallelism: false };

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: 'units',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/stress/**'],
        },
      },
      {
        extends: true,
        test: { ...inTurn, name: 'e2e', include: ['test/e2e/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // Outages and deaths take their time: npm run test:stress.
        test: { ...inTurn, name: 'stress', include: ['test/stress/**/*.test.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
