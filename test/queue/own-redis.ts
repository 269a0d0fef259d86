import { spawnSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { afterEach, beforeEach } from 'vitest';
import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import type { RedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';

export const canSpawn = spawnSync('redis-server', ['--version']).error === undefined;

/** A Redis of its own for each test, which may break it, and the coordinators on it. */
export interface OwnRedis {
  /** To be put in place of one that was stopped. */
  server: RedisServer;
  readonly admin: Redis;
  /** What the coordinators have told of it. */
  readonly errors: readonly string[];
  readonly onError: (error: Error) => void;
  /** A coordinator that is ready, and closed after the test. */
  readonly start: (role: 'api' | 'worker', url?: string) => Promise<RedisCoordinator>;
}

/** To be called in a `describe`. */
export function useOwnRedis(): OwnRedis {
  let server: RedisServer;
  let admin: Redis;
  let errors: string[];
  let open: RedisCoordinator[];
  const onError = (error: Error): void => void errors.push(error.message);

  beforeEach(async () => {
    errors = [];
    open = [];
    server = await spawnRedis();
    admin = new Redis(server.url);
    admin.on('error', () => undefined);
  });

  afterEach(async () => {
    await Promise.all(open.map(async (each) => each.close()));
    admin.disconnect();
    await server.stop();
  });

  return {
    get server() {
      return server;
    },
    set server(next) {
      server = next;
    },
    get admin() {
      return admin;
    },
    get errors() {
      return errors;
    },
    onError,
    start: async (role, url = server.url) => {
      const coordinator = createRedisCoordinator({ url, prefix: '{gitlab}', role, onError });
      open.push(coordinator);
      await coordinator.onceReady();
      return coordinator;
    },
  };
}
