import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Redis } from 'ioredis';
import * as z from 'zod';
import { callTool, post } from '../support/clients.ts';
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

describe.skipIf(!hasRedis)('at each step of a change of QUEUE_SECRET', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage(6);
  });

  afterEach(async () => {
    await stage.stop();
  });

  const reply = z.object({
    result: z.object({ _meta: z.looseObject({ replayed: z.boolean().optional() }).optional() }),
  });

  /** Makes an issue under a key; whether the answer is that of an earlier call. */
  const create = async (url: string, idempotencyKey: string): Promise<boolean> => {
    const args = { project_id: 'team/app', title: 'T' };
    const params = { name: 'create_issue', arguments: args, _meta: { idempotencyKey } };
    const response = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, alice);
    return reply.parse(await response.json()).result['_meta']?.replayed === true;
  };

  test('a write under a key is made once, at whichever two replicas it is sent to', async () => {
    const both = { QUEUE_SECRET: OLD, QUEUE_SECRET_PREVIOUS: NEW };
    const changed = { QUEUE_SECRET: NEW, QUEUE_SECRET_PREVIOUS: OLD };
    await stage.start('worker', changed);
    const steps = [{ QUEUE_SECRET: OLD }, both, changed, { QUEUE_SECRET: NEW }];
    const urls = (await Promise.all(steps.map(async (env) => stage.start('api', env)))).map(({ url }) => url);
    const pairs = urls.slice(1).flatMap((url, at) => [
      [urls[at] ?? '', url],
      [url, urls[at] ?? ''],
    ]);
    const told = await Promise.all(
      pairs.map(async ([one = '', other = ''], key) => [
        await create(one, `key-${String(key)}`),
        await create(other, `key-${String(key)}`),
      ]),
    );
    const journal = await stage.gitlab.journal();

    expect(told).toEqual(pairs.map(() => [false, true]));
    expect(journal.filter(({ method }) => method === 'POST')).toHaveLength(pairs.length);
  });
});
