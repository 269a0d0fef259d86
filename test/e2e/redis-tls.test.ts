import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, hasOpenssl } from '../support/certificates.ts';
import type { Authority } from '../support/certificates.ts';
import { callTool } from '../support/clients.ts';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer, Secure } from '../support/redis-server.ts';
import type { Service } from '../support/service.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const PASSWORD = 'p@ss/w%rd-of-the-tests';
const alice = { 'X-GitLab-Token': 'glpat-alice' };
const read = { name: 'get_project', args: { project_id: 'team/app' } };
const numbers = Array.from({ length: 100 }, (_, at) => at + 1);

if (!hasOpenssl) process.stderr.write('\n!!! SKIPPED: Redis behind TLS: put openssl on the PATH\n\n');

/** TEST_REDIS_URL may be elsewhere: the program is needed here. */
const canSpawn = hasRedis && (process.env['TEST_REDIS_URL'] ?? '') === '';

describe.skipIf(!hasOpenssl || !canSpawn)('Redis behind TLS and a password, as in the ECS deployment', () => {
  let authority: Authority;
  let secure: Secure;
  let redis: RedisServer;
  let stage: Stage;
  let api: Service;
  const settings = (trusts: boolean): Record<string, string> => ({
    REDIS_URL: redis.url,
    REDIS_PASSWORD: PASSWORD,
    ...(trusts && { NODE_EXTRA_CA_CERTS: authority.file('ca.pem') }),
  });

  beforeAll(async () => {
    authority = createAuthority();
    authority.certify('redis', 'IP:127.0.0.1');
    const files = { keyFile: authority.file('redis.key'), certFile: authority.file('redis.pem') };
    secure = { password: PASSWORD, ca: authority.read('ca.pem'), ...files };
    [redis, stage] = await Promise.all([spawnRedis(undefined, undefined, secure), setStage(14)]);
    [api] = await Promise.all([stage.start('api', settings(true)), stage.start('worker', settings(true))]);
  });

  afterAll(async () => {
    await stage.stop();
    await redis.stop();
    authority.remove();
  });

  test('carries 100 reads and 100 writes at once, each with its own answer', async () => {
    await stage.gitlab.createIssues('team/app', numbers.length);
    const reads = numbers.map(async (iid) => {
      const args = { project_id: 'team/app', issue_iid: iid };
      return callTool(api.url, { name: 'get_issue', args }, alice);
    });
    const writes = numbers.map(async (nth) => {
      const args = { project_id: 'team/app', title: `Issue over TLS ${String(nth)}` };
      return callTool(api.url, { name: 'create_issue', args }, alice);
    });
    const found = (await Promise.all(reads)).map(({ text }): unknown => JSON.parse(text));
    const made = (await Promise.all(writes)).map(({ text }): unknown => JSON.parse(text));

    expect(found).toMatchObject(numbers.map((iid) => ({ iid })));
    expect(made).toMatchObject(numbers.map((nth) => ({ title: `Issue over TLS ${String(nth)}` })));
    const posts = (await stage.gitlab.journal()).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(numbers.length);
  });

  test('is found again after its end, and calls go on', async () => {
    await redis.stop();
    redis = await spawnRedis(redis.port, undefined, secure);
    await expect.poll(async () => (await callTool(api.url, read, alice)).isError, { timeout: 10_000 }).toBe(false);
  });

  test('is refused where its certificate is not trusted: the log says why, and nothing of the password', async () => {
    const distrustful = await stage.start('api', settings(false));
    const { text, isError } = await callTool(distrustful.url, read, alice);
    const log = distrustful.output.join('\n');

    expect({ isError, text }).toEqual({ isError: true, text: expect.stringContaining('QUEUE_UNAVAILABLE') });
    expect((await fetch(`${distrustful.url}/ready`)).status).toBe(503);
    expect(log).toMatch(/unable to verify the first certificate|self[- ]signed certificate/u);
    expect(log).not.toContain(PASSWORD);
  });
});
