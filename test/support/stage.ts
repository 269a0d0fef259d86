import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { spawnGitLab } from '../gitlab/spawn.ts';
import type { RemoteGitLab } from '../gitlab/spawn.ts';
import { startService } from './service.ts';
import type { Role, Service } from './service.ts';

export const hasRedis = inject('redisUrl') !== '';

/** A stand-in GitLab and any number of the service's processes; `stop` ends them all. */
export interface Stage {
  readonly gitlab: RemoteGitLab;
  readonly redisUrl: string;
  start(role: Role, env?: Readonly<Record<string, string>>): Promise<Service>;
  stop(): Promise<void>;
}

/** Waits until the API takes calls; one that never does is the test's own matter. */
async function ready(url: string): Promise<void> {
  const until = performance.now() + 3000;
  while ((await fetch(`${url}/ready`)).status !== 200 && performance.now() < until) await sleep(20); // oxlint-disable-line no-await-in-loop -- asked again and again
}

/** `database`: one of Redis's own for each file, emptied first. */
export async function setStage(database: number): Promise<Stage> {
  const redisUrl = `${inject('redisUrl')}/${String(database)}`;
  if (hasRedis) {
    const redis = new Redis(redisUrl);
    await redis.flushdb();
    redis.disconnect();
  }
  const gitlab = await spawnGitLab();
  const services: Service[] = [];
  return {
    gitlab,
    redisUrl,
    start: async (role, env = {}) => {
      const own = { GITLAB_API_URL: gitlab.apiUrl, USE_PIPELINE: 'true', ...(hasRedis && { REDIS_URL: redisUrl }) };
      const service = await startService(role, { ...own, ...env });
      services.push(service);
      if (role !== 'worker') await ready(service.url);
      return service;
    },
    stop: async () => {
      for (const service of services) service.child.kill('SIGKILL');
      await Promise.all(services.map(async ({ ended }) => ended));
      await gitlab.stop();
    },
  };
}
