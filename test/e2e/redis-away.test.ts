import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { callTool } from '../support/clients.ts';
import { freePort, spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { startService } from '../support/service.ts';
import type { Role, Service } from '../support/service.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const read = { name: 'get_project', args: { project_id: 'team/app' } };
const WAITS = 'worker waits for Redis';

const line = z.object({ level: z.string(), msg: z.string(), err: z.object({ message: z.string() }).optional() });

/** What a service has logged at this level. */
function logged({ output }: Service, level: string): string[] {
  const lines = output.map((text) => line.safeParse(JSON.parse(text)).data);
  return lines.flatMap((each) => (each?.level === level ? [each.err?.message ?? each.msg] : []));
}

describe.skipIf(!hasRedis)('while Redis is away at the start', () => {
  let stage: Stage;
  let redisPort: number;
  let healthPort: number;
  let started: Service[];
  let redis: RedisServer | undefined;

  beforeEach(async () => {
    stage = await setStage(9);
    redisPort = await freePort();
    healthPort = await freePort();
    started = [];
    redis = undefined;
  });

  afterEach(async () => {
    for (const { child } of started) child.kill('SIGKILL');
    await Promise.all(started.map(async ({ ended }) => ended));
    await redis?.stop();
    await stage.stop();
  });

  async function start(role: Role, until?: string): Promise<Service> {
    const env = {
      GITLAB_API_URL: stage.gitlab.apiUrl,
      REDIS_URL: `redis://127.0.0.1:${String(redisPort)}`,
      WORKER_HEALTH_PORT: String(healthPort),
      MCP_LOG_LEVEL: 'info',
    };
    const service = await startService(role, env, until);
    started.push(service);
    return service;
  }

  async function health(): Promise<readonly [number, unknown]> {
    const response = await fetch(`http://127.0.0.1:${String(healthPort)}/health`);
    return [response.status, await response.json()];
  }

  test('a worker lives, says once that it waits, and takes calls when Redis comes', async () => {
    const worker = await start('worker', WAITS);
    const before = await health();
    redis = await spawnRedis(redisPort);
    await expect.poll(health, { timeout: 10_000 }).toEqual([200, { status: 'healthy', active: 0 }]);

    expect(before).toEqual([200, { status: 'waiting for Redis', active: 0 }]);
    expect(logged(worker, 'error')).toEqual([expect.stringContaining('ECONNREFUSED')]);
    await expect.poll(() => logged(worker, 'info')).toEqual([WAITS, 'Redis is back', 'worker takes calls']);
  });

  test('a worker that waits ends at once on SIGTERM, with 0', async () => {
    const worker = await start('worker', WAITS);

    expect(await worker.stop()).toBe(0);
  });

  test('one process of both roles lives, and calls work when Redis comes', async () => {
    const { url } = await start('all');
    const alive = await fetch(`${url}/health`);
    const { text } = await callTool(url, read, alice);
    redis = await spawnRedis(redisPort);

    expect(alive.status).toBe(200);
    expect(text).toMatch(/^QUEUE_UNAVAILABLE: /u);
    await expect.poll(async () => (await callTool(url, read, alice)).isError, { timeout: 10_000 }).toBe(false);
  });

  test('a worker whose Redis is read-only lives, and says once why it waits', async () => {
    redis = await spawnRedis(redisPort);
    const admin = new Redis(redis.url);
    await admin.replicaof('127.0.0.1', '1');
    const worker = await start('worker', WAITS);
    const before = await health();
    await admin.replicaof('NO', 'ONE');
    admin.disconnect();
    await expect.poll(health, { timeout: 10_000 }).toEqual([200, { status: 'healthy', active: 0 }]);

    expect(before).toEqual([200, { status: 'waiting for Redis', active: 0 }]);
    expect(logged(worker, 'error')).toEqual([expect.stringContaining('READONLY')]);
    await expect.poll(() => logged(worker, 'info')).toContain('Redis is back');
  });
});
