import { expect, test } from 'vitest';
import { configWarnings, readConfig } from '../../src/config/read.ts';

test.each([
  [{}, 80],
  [{ WORKER_READ_CONCURRENCY: '200', WORKER_WRITE_CONCURRENCY: '50' }, 250],
  [{ WORKER_READ_CONCURRENCY: '8' }, 80],
  [{ WORKER_READ_CONCURRENCY: '200', GITLAB_MAX_CONNECTIONS: '100' }, 100],
])('with %j a worker has %i connections to GitLab', (env, connections) => {
  expect(readConfig('all', env).GITLAB_MAX_CONNECTIONS).toBe(connections);
});

const WORDS = 'GITLAB_MAX_CONNECTIONS is smaller than WORKER_READ_CONCURRENCY and WORKER_WRITE_CONCURRENCY together';

test.each([
  ['all', '79', [WORDS]],
  ['all', '80', []],
  ['worker', '79', [WORDS]],
  ['api', '79', []],
] as const)('the role %s with %s connections for 80 calls at once warns of %j', (role, connections, warnings) => {
  const own = { REDIS_URL: 'redis://r', QUEUE_SECRET: 'x'.repeat(32), GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-x' };
  const config = readConfig(role, { ...own, GITLAB_MAX_CONNECTIONS: connections });

  expect(configWarnings(role, config).map((words) => words.split(':', 1)[0])).toEqual(warnings);
});
