import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startBalancer } from '../support/balancer.ts';
import { callTool } from '../support/clients.ts';
import { pooled } from '../support/pooled.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const CALLS = 1000;
const USERS = 25;
const AT_ONCE = 50;

const issue = z.object({ title: z.string(), author: z.string() });

describe.skipIf(!hasRedis)('two API processes and two workers behind a balancer', () => {
  let stage: Stage;
  let balancer: Awaited<ReturnType<typeof startBalancer>>;

  beforeAll(async () => {
    stage = await setStage(2);
    const roles = ['api', 'api', 'worker', 'worker'] as const;
    const services = await Promise.all(roles.map(async (role) => stage.start(role, { MCP_LOG_LEVEL: 'info' })));
    balancer = await startBalancer(services.map(({ url }) => url).filter((url) => url !== ''));
  });

  afterAll(async () => {
    await balancer.close();
    await stage.stop();
  });

  test(`${String(CALLS)} calls of ${String(USERS)} users: none is lost, none is crossed, none is written twice`, async () => {
    const jobs = Array.from({ length: CALLS }, (_, index) => async () => {
      const user = `user${String(index % USERS)}`;
      const title = `${user} wrote ${String(index)}`;
      const args = { project_id: 'team/app', title };
      const headers = { 'X-GitLab-Token': `glpat-user-${String(index % USERS)}` };
      const { text, isError } = await callTool(balancer.url, { name: 'create_issue', args, id: index }, headers);
      return isError ? text : `${issue.parse(JSON.parse(text)).author}: ${issue.parse(JSON.parse(text)).title}`;
    });

    const answers = await pooled(jobs, AT_ONCE);

    expect(answers).toEqual(
      Array.from({ length: CALLS }, (_, index) => {
        const user = `user${String(index % USERS)}`;
        return `${user}: ${user} wrote ${String(index)}`;
      }),
    );
    const writes = (await stage.gitlab.journal()).filter(({ method }) => method === 'POST');
    expect(writes).toHaveLength(CALLS);
  }, 120_000);
});
