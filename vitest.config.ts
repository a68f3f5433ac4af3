import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,conformance,integration,e2e}/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // Processes and not threads: a test sets the umask, which a thread may not.
    pool: 'forks',
    // Much of the time is spent waiting for other processes, so that a machine of two cores does three files at once.
    maxWorkers: 3,
    // Deadlines for what hangs, and no measure of speed: a busy machine may be several times slower than an idle one.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
