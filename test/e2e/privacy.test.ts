import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callTool } from '../support/clients.ts';
import type { Service } from '../support/service.ts';
import { everything } from './redis-contents.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

/** A line of the audit log, which names the project. */
const isAudit = (line: string): boolean => line.includes('"audit":true');

/** What BullMQ keeps per queue, whatever calls there were. */
const CONSTANT = /^\{gitlab\}:gitlab-(?:read|write):(?:meta|marker|id|events|pc|stalled-check)$/u;

/** A write's claim lives longest. */
const LONGEST_MS = 3_600_000;

describe.skipIf(!hasRedis)('in Redis', () => {
  const title = 'planted-title';
  const secrets = [title, 'planted-description', 'glpat-user-4711', 'team/app', 'user4711'];
  let stage: Stage;
  let api: Service;
  let redis: Redis;

  beforeAll(async () => {
    stage = await setStage(3);
    redis = new Redis(stage.redisUrl);
    api = await stage.start('api');
  });

  afterAll(async () => {
    redis.disconnect();
    await stage.stop();
  });

  test('nothing of a waiting, a running and an answered call is readable', async () => {
    const args = { project_id: 'team/app', title, description: 'planted-description' };
    const headers = { 'X-GitLab-Token': 'glpat-user-4711' };
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 800 } });

    const answer = callTool(api.url, { name: 'create_issue', args }, headers);
    await expect.poll(async () => redis.zcard('{gitlab}:gitlab-write:prioritized')).toBe(1);
    const waiting = await everything(redis);
    const worker = await stage.start('worker');
    await expect.poll(async () => redis.llen('{gitlab}:gitlab-write:active')).toBe(1);
    const running = await everything(redis);
    const { text } = await answer;
    const answered = await everything(redis);

    expect(text).toContain(title);
    const seen = [waiting, running, answered].map((each) => [...each].flat().join('\n'));
    for (const secret of secrets) for (const each of seen) expect(each).not.toContain(secret);
    // Lines are written a moment later, together.
    await expect
      .poll(() => [...api.output, ...worker.output].filter((line) => /"msg":"call"/u.test(line)))
      .toHaveLength(2);
    await expect.poll(() => api.output.some(isAudit)).toBe(true);
    const lines = [...api.output, ...worker.output];
    expect(lines.join('\n')).not.toMatch(/planted|glpat-/u);
    expect(lines.filter((line) => !isAudit(line)).join('\n')).not.toContain('team/app');
    expect(lines.filter(isAudit)).toEqual([expect.stringContaining('"project":"team/app"')]);
  });

  test('every key that a call leaves has an end', async () => {
    const keys = (await redis.keys('*')).filter((key) => !CONSTANT.test(key));
    const ends = await Promise.all(keys.map(async (key) => ({ key, ttl: await redis.pttl(key) })));

    // The claim of the write at least: with no key at all this would show nothing.
    expect(keys).toContainEqual(expect.stringContaining(':claim:'));
    expect(ends.filter(({ ttl }) => ttl === -1 || ttl > LONGEST_MS)).toEqual([]);
  });

  test('no key of a call is left when its time is over', async () => {
    // The job goes with its answer, or a moment after; the rest ends by the clock of Redis, within the hour asserted above.
    await expect
      .poll(async () => (await redis.keys('{gitlab}:gitlab-*')).filter((key) => !CONSTANT.test(key)), { timeout: 5000 })
      .toEqual([]);
  });
});
