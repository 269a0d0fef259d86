import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/read.ts';

test('by default each read and write that a worker makes at once has a connection to GitLab', () => {
  const { GITLAB_MAX_CONNECTIONS: connections, ...config } = readConfig('all', {});

  expect(connections).toBeGreaterThanOrEqual(config.WORKER_READ_CONCURRENCY + config.WORKER_WRITE_CONCURRENCY);
});
