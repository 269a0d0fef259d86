import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startBalancer } from '../support/balancer.ts';
import { connectClient, connectOldClient } from '../support/clients.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const read = { name: 'get_project', arguments: { project_id: 'team/app' } };
const write = { name: 'create_issue', arguments: { project_id: 'team/app', title: 'Goes on' } };

describe.skipIf(!hasRedis)('a cancel that reaches another replica than the call', () => {
  let stage: Stage;
  let balancer: Awaited<ReturnType<typeof startBalancer>>;

  beforeAll(async () => {
    stage = await setStage(6);
    const services = await Promise.all((['api', 'api', 'worker'] as const).map(async (role) => stage.start(role)));
    balancer = await startBalancer(services.map(({ url }) => url).filter((url) => url !== ''));
  });

  afterAll(async () => {
    await balancer.close();
    await stage.stop();
  });

  beforeEach(async () => {
    await stage.gitlab.clearFaults();
    await stage.gitlab.clearJournal();
  });

  /** What GitLab saw of the calls; the audit log's question who the caller is does not count. */
  const entries = async (): ReturnType<typeof stage.gitlab.journal> =>
    (await stage.gitlab.journal()).filter(({ path }) => path !== '/api/v4/user');
  const requests = async (): Promise<readonly boolean[]> => (await entries()).map(({ aborted }) => aborted);

  test('of the older protocol aborts the running read', async () => {
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 30_000 } });
    const client = await connectOldClient(`${balancer.url}/mcp`, alice);
    const gone = new AbortController();
    const answer = client.callTool(read, undefined, { signal: gone.signal }).catch(String);
    await expect.poll(requests, { timeout: 15_000 }).toHaveLength(1);
    gone.abort('enough');

    expect(await answer).toMatch(/enough/u);
    await expect.poll(requests, { timeout: 15_000 }).toEqual([true]);
    await client.close();
  });

  test('of the protocol of 2026-07-28 aborts the running read', async () => {
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 30_000 } });
    const client = await connectClient(`${balancer.url}/mcp`, alice);
    const gone = new AbortController();
    const answer = client.callTool(read, { signal: gone.signal }).catch(String);
    await expect.poll(requests, { timeout: 15_000 }).toHaveLength(1);
    gone.abort('enough');

    expect(await answer).toMatch(/enough/u);
    await expect.poll(requests, { timeout: 15_000 }).toEqual([true]);
    await client.close();
  });

  test('lets a write that was sent finish', async () => {
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 1500 } });
    const client = await connectClient(`${balancer.url}/mcp`, alice);
    const gone = new AbortController();
    const answer = client.callTool(write, { signal: gone.signal }).catch(String);
    await expect.poll(requests, { timeout: 15_000 }).toHaveLength(1);
    gone.abort('enough');

    expect(await answer).toMatch(/enough/u);
    await expect.poll(async () => (await entries())[0]?.status, { timeout: 15_000 }).toBe(201);
    expect(await requests()).toEqual([false]);
    await client.close();
  });
});
