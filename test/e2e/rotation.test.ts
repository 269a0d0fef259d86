import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import { callTool } from '../support/clients.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const OLD = 'the-old-queue-secret-0123456789abcdef';
const NEW = 'the-new-queue-secret-0123456789abcdef';
const alice = { 'X-GitLab-Token': 'glpat-alice' };
const read = { name: 'get_project', args: { project_id: 'team/app' } };

/** How the secret is set before and after it changes. */
const ways = [
  { name: 'QUEUE_SECRET', before: { QUEUE_SECRET: OLD }, after: { QUEUE_SECRET: NEW, QUEUE_SECRET_PREVIOUS: OLD } },
  {
    name: 'MCP_AUTH_TOKEN, from which it is derived',
    before: { QUEUE_SECRET: '', MCP_AUTH_TOKEN: OLD },
    after: { QUEUE_SECRET: '', MCP_AUTH_TOKEN: NEW, MCP_AUTH_TOKEN_PREVIOUS: OLD },
  },
];

describe.skipIf(!hasRedis).each(ways)('while the roles change $name', ({ before, after }) => {
  let stage: Stage;
  let redis: Redis;

  beforeEach(async () => {
    stage = await setStage(6);
    redis = new Redis(stage.redisUrl);
  });

  afterEach(async () => {
    redis.disconnect();
    await stage.stop();
  });

  test('a call sealed under the old key is answered after both roles changed', async () => {
    const headers = { ...alice, 'X-MCP-Auth-Token': OLD };
    const old = await stage.start('api', before);
    const waiting = callTool(old.url, read, headers);
    await expect.poll(async () => redis.zcard('{gitlab}:gitlab-read:prioritized')).toBe(1);
    const fresh = await stage.start('api', after);
    const draining = old.stop();
    await stage.start('worker', after);
    const [first, second] = await Promise.all([waiting, callTool(fresh.url, read, headers)]);

    expect(JSON.parse(first.text)).toMatchObject({ path_with_namespace: 'team/app' });
    expect(JSON.parse(second.text)).toMatchObject({ path_with_namespace: 'team/app' });
    expect(await draining).toBe(0);
  });
});
