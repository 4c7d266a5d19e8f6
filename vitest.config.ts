import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['burgee-source', 'node'] } },
  resolve: { conditions: ['burgee-source', 'node'] },
  test: {
    include: [
      'engine/**/*.test.ts',
      'client-sdk/**/*.test.ts',
      'server/**/*.test.ts',
      'cli/**/*.test.ts',
      'conformance/**/*.test.ts',
      'bench/**/*.test.ts',
      'examples/**/*.test.ts',
      'admin-ui/test/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    // One more than the two cores of a small machine: much of the time is waiting for processes, disks and browsers.
    maxWorkers: 3,
    testTimeout: Number(process.env.BURGEE_TEST_TIMEOUT ?? 30_000),
    hookTimeout: 60_000,
  },
});
