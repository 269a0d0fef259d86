import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callTool, post } from '../support/clients.ts';
import { spawnRedis } from '../support/redis-server.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const read = { name: 'get_project', args: { project_id: 'team/app' } };
const write = { name: 'create_issue', args: { project_id: 'team/app', title: 'Once' } };

let stage: Stage;

beforeEach(async () => {
  stage = await setStage(4);
});

afterEach(async () => stage.stop());

/** Waits until GitLab has seen a request of this method. */
async function seen(method: string): Promise<void> {
  const requests = async (): Promise<number> =>
    (await stage.gitlab.journal()).filter((each) => each.method === method).length;
  await expect.poll(requests, { timeout: 15_000 }).toBeGreaterThan(0);
}

describe.skipIf(!hasRedis)('on Redis', () => {
  test('a read whose worker is killed is answered by another', async () => {
    const [api, worker] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ times: 1, fault: { kind: 'silence' } });
    const answer = callTool(api.url, read, alice);
    await seen('GET');
    worker.child.kill('SIGKILL');
    await stage.start('worker');

    expect(JSON.parse((await answer).text)).toMatchObject({ path_with_namespace: 'team/app' });
  });

  test('a write whose worker is killed is not repeated, and its caller hears so', async () => {
    const [api, worker] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 60_000 } });
    const answer = callTool(api.url, write, alice);
    await seen('POST');
    worker.child.kill('SIGKILL');
    await stage.start('worker');

    expect((await answer).text).toMatch(/^OUTCOME_UNKNOWN: .*Check with list_issues\./u);
    expect((await stage.gitlab.journal()).filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test.each(['api', 'worker'] as const)('SIGTERM of the %s in the middle of a call: answered, exit 0', async (role) => {
    const [api, worker] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 2000 } });
    const answer = callTool(api.url, write, alice);
    await seen('POST');
    const ended = { api, worker }[role].stop();

    expect(JSON.parse((await answer).text)).toMatchObject({ title: 'Once' });
    expect(await ended).toBe(0);
  });

  test('a read that outlasts the drain of its worker is handed to another', async () => {
    const [api, worker] = await Promise.all([stage.start('api'), stage.start('worker', { WORKER_DRAIN_MS: '10000' })]);
    await stage.gitlab.fault({ times: 1, fault: { kind: 'silence' } });
    const answer = callTool(api.url, read, alice);
    await seen('GET');
    const ended = worker.stop();
    await stage.start('worker');

    expect(JSON.parse((await answer).text)).toMatchObject({ path_with_namespace: 'team/app' });
    expect(await ended).toBe(0);
  });

  test('a draining API is alive, not ready, says why and takes no new call', async () => {
    const [api] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 3000 } });
    const answer = callTool(api.url, read, alice);
    await seen('GET');
    const ended = api.stop();
    await expect.poll(async () => (await fetch(`${api.url}/ready`)).status).toBe(503);
    const reason: unknown = await (await fetch(`${api.url}/ready`)).json();
    // Another one: a read like the one under way would share its answer.
    const refused = await callTool(api.url, { name: 'list_projects' }, alice);

    expect(reason).toEqual({ status: 'not ready', reason: 'shutting down' });
    expect(refused.text).toMatch(/^SHUTTING_DOWN: /u);
    expect((await answer).isError).toBe(false);
    expect(await ended).toBe(0);
  });

  test('without Redis calls fail at once, and work again when it is back', async () => {
    const redis = await spawnRedis();
    const env = { REDIS_URL: redis.url };
    const [api] = await Promise.all([stage.start('api', env), stage.start('worker', env)]);
    await redis.stop();
    await expect.poll(async () => (await fetch(`${api.url}/ready`)).json()).toMatchObject({ status: 'degraded' });
    const { status } = await fetch(`${api.url}/ready`);
    const { text } = await callTool(api.url, read, alice);
    const back = await spawnRedis(redis.port);

    // A load balancer would have every API replaced at once, by those that cannot become ready.
    expect(status).toBe(200);
    expect(text).toMatch(/^QUEUE_UNAVAILABLE: /u);
    await expect.poll(async () => (await callTool(api.url, read, alice)).isError, { timeout: 20_000 }).toBe(false);
    expect(await (await fetch(`${api.url}/ready`)).json()).toEqual({ status: 'ready' });
    await back.stop();
  });

  test.each(['api', 'worker'] as const)('SIGTERM ends the %s inside its deadline when Redis is gone', async (role) => {
    const redis = await spawnRedis();
    const env = { REDIS_URL: redis.url, API_DRAIN_MS: '3000', WORKER_DRAIN_MS: '3000' };
    const service = await stage.start(role, env);
    await redis.stop();
    const begun = performance.now();
    await service.stop();

    expect(performance.now() - begun).toBeLessThan(8000);
  });

  test('an API whose Redis is not there yet is alive, not ready, and says why', async () => {
    const api = await stage.start('api', { REDIS_URL: 'redis://127.0.0.1:1' });
    const ready = await fetch(`${api.url}/ready`);

    expect((await fetch(`${api.url}/health`)).status).toBe(200);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ reason: expect.stringMatching(/Redis/u) });
  });

  test('a client that goes takes its waiting call with it', async () => {
    const api = await stage.start('api');
    const gone = new AbortController();
    const params = { name: read.name, arguments: read.args };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params };
    const lost = post(api.url, message, alice, gone.signal).catch(() => 'gone');
    await sleep(300);
    gone.abort();
    await lost;
    await sleep(200);
    await stage.start('worker');
    await callTool(api.url, { name: 'list_projects' }, alice);

    expect((await stage.gitlab.journal()).map(({ path }) => path)).toEqual(['/api/v4/projects']);
  });
});

test('SIGTERM of the one process in the middle of a call: answered, exit 0', async () => {
  const service = await stage.start('all', { REDIS_URL: '' });
  await stage.gitlab.fault({ fault: { kind: 'slow', ms: 2000 } });
  const answer = callTool(service.url, write, alice);
  await seen('POST');
  const ended = service.stop();

  expect(JSON.parse((await answer).text)).toMatchObject({ title: 'Once' });
  expect(await ended).toBe(0);
});

test('a client that goes aborts its running read', async () => {
  const service = await stage.start('all', { REDIS_URL: '' });
  await stage.gitlab.fault({ fault: { kind: 'slow', ms: 30_000 } });
  const gone = new AbortController();
  const params = { name: read.name, arguments: read.args };
  const lost = post(service.url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, alice, gone.signal).catch(
    () => 'gone',
  );
  await seen('GET');
  gone.abort();

  expect(await lost).toBe('gone');
  await expect.poll(async () => (await stage.gitlab.journal()).map(({ aborted }) => aborted)).toEqual([true]);
});
