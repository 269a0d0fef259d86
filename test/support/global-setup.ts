import { spawnSync } from 'node:child_process';
import { startRedis } from './redis-server.ts';
export type { ProvidedContext } from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real Redis for this run, or an empty string where there is none. */
    redisUrl: string;
  }
}

/** One real Redis for the whole run; without one its suites are skipped, loudly, or fail with REQUIRE_REDIS=1. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  build();
  const redis = await startRedis();
  if (redis === undefined) {
    const words = 'no Redis: put redis-server on the PATH or set TEST_REDIS_URL';
    if (process.env['REQUIRE_REDIS'] === '1') throw new Error(words);
    // Each of the two projects is set up by itself; one loud line is enough.
    if (project.name === 'units') process.stderr.write(`\n!!! SKIPPED: every Redis suite: ${words}\n\n`);
  }
  project.provide('redisUrl', redis?.url ?? '');
  return async () => redis?.stop();
}

/** The end-to-end tests run the built service. */
function build(): void {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/build-if-needed.ts'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the service does not build');
}
