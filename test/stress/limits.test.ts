import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startSlowLink } from '../support/slow-link.ts';
import type { Service } from '../support/service.ts';
import { counted, timedCall } from '../support/timed-call.ts';
import type { Outcome, Wanted } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const USERS = 20;
const CALLS = 50;
const ALL = USERS * CALLS;
/** The sample's project has the issues before it. */
const FIRST_ISSUE = 46;
/** From a worker to Redis, and as long back: what waits between its permit and its request then waits long enough to be seen. */
const LINK_MS = 10;

/** Every call asks for an issue that no other asks for: nothing is shared, and what was crossed is seen. */
const nthCall = (nth: number): Wanted => ({
  name: 'get_issue',
  args: { project_id: 'team/app', issue_iid: FIRST_ISSUE + nth },
  user: Math.floor(nth / CALLS),
});

const issue = z.object({ iid: z.int() });

const isAnother = ({ args, text }: Outcome): boolean => issue.parse(JSON.parse(text)).iid !== args['issue_iid'];

describe.skipIf(!hasRedis)('workers that have just started, some way from Redis', () => {
  let stage: Stage;
  let link: Awaited<ReturnType<typeof startSlowLink>>;
  let apis: readonly Service[];

  beforeEach(async () => {
    stage = await setStage(14);
    const redis = new URL(stage.redisUrl);
    link = await startSlowLink(Number(redis.port), LINK_MS);
    redis.port = String(link.port);
    const env = { MCP_LOG_LEVEL: 'info' };
    const far = { ...env, REDIS_URL: redis.href };
    apis = await Promise.all([stage.start('api', env), stage.start('api', env)]);
    await Promise.all([stage.start('worker', far), stage.start('worker', far)]);
  });

  afterEach(async () => {
    await stage.stop();
    await link.close();
  });

  // Once more: a machine that gives these processes no time for longer than a gate keeps free can hold up any request.
  test(
    `${String(USERS)} users with ${String(CALLS)} calls each at once, of which GitLab allows 10 a second: all are answered, and none is sent before Retry-After has ended`,
    { retry: 1 },
    async () => {
      await stage.gitlab.createIssues('team/app', ALL);
      await stage.gitlab.limit({ per: 'token', requests: 10, windowMs: 1000 });
      const calls = Array.from({ length: ALL }, async (_, nth) => timedCall(urlOf(nth), nthCall(nth)));
      const outcomes = await Promise.all(calls);
      const { early } = await stage.gitlab.metrics();
      const answered = (await stage.gitlab.journal()).filter(({ status }) => status === 200);

      expect(counted(outcomes)).toEqual({ OK: ALL });
      expect(outcomes.filter(isAnother)).toEqual([]);
      expect(early).toBe(0);
      expect(new Set(answered.map(({ path }) => path)).size).toBe(ALL);
      expect(answered).toHaveLength(ALL);
    },
  );

  const urlOf = (nth: number): string => apis[nth % apis.length]?.url ?? '';
});
