import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import { startGitLab } from './server.ts';
import { spawnGitLab } from './spawn.ts';
import type { RemoteGitLab } from './spawn.ts';

test('the journal writes requests down as they came', async () => {
  const gitlab = await startGitLab();
  const call = createCall(gitlab.apiUrl);
  const result = await call('POST /projects/team%2Fapp/issues?x=%20y', {
    body: { title: 'Hello' },
    token: 'glpat-bob',
  });
  await call('GET /user', { token: 'wrong' });
  expect(gitlab.journal.entries()).toMatchObject([
    {
      seq: 1,
      method: 'POST',
      path: '/api/v4/projects/team%2Fapp/issues',
      query: 'x=%20y',
      token: 'glpat-bob',
      user: 'bob',
      requestId: result.headers.get('X-Request-Id'),
      body: { title: 'Hello' },
      status: 201,
      fault: null,
      aborted: false,
      early: false,
    },
    { seq: 2, token: 'wrong', user: null, status: 401 },
  ]);
  gitlab.journal.clear();
  expect(gitlab.journal.entries()).toEqual([]);
  await gitlab.close();
});

describe('a stand-in in a process of its own', () => {
  let gitlab: RemoteGitLab;

  beforeAll(async () => {
    gitlab = await spawnGitLab();
  });
  afterEach(async () => {
    await Promise.all([gitlab.clearFaults(), gitlab.clearLimits(), gitlab.clearJournal()]);
  });
  afterAll(async () => gitlab.stop());

  test('answers, and keeps its control out of the journal', async () => {
    const result = await createCall(gitlab.apiUrl)('GET /user');
    expect(result).toMatchObject({ status: 200, body: { username: 'alice' } });
    expect(await gitlab.journal()).toMatchObject([{ path: '/api/v4/user', user: 'alice', status: 200 }]);
    expect(await gitlab.metrics()).toEqual({ requests: 1, throttled: 0, notModified: 0, early: 0, aborted: 0 });
  });

  test('takes faults and shows its state', async () => {
    await gitlab.fault({ match: { path: '/issues' }, times: 1, fault: { kind: 'htmlAfter' } });
    const result = await createCall(gitlab.apiUrl)('POST /projects/1/issues', { body: { title: 'Applied' } });
    expect(result.status).toBe(502);
    const state = await gitlab.state();
    expect(state[0]?.issues.at(-1)).toEqual({ iid: 46, title: 'Applied', state: 'opened' });
  });

  test('refuses a fault that it does not know', async () => {
    const response = await fetch(`${gitlab.url}/__control/faults`, { method: 'POST', body: '{"fault":{"kind":"no"}}' });
    expect(response.status).toBe(400);
  });

  test('takes limits, tokens and many issues', async () => {
    const call = createCall(gitlab.apiUrl);
    await gitlab.limit({ per: 'token', requests: 1, windowMs: 3_600_000 });
    await call('GET /user');
    expect(await call('GET /user')).toMatchObject({ status: 429 });
    await gitlab.clearLimits();
    await gitlab.token({ value: 'glpat-carol', user: 'carol', state: 'expired' });
    expect(await call('GET /user', { token: 'glpat-carol' })).toMatchObject({ status: 401 });
    await gitlab.createIssues('team/lib', 30);
    const issues = await call('GET /projects/2/issues');
    expect(issues.headers.get('X-Total')).toBe('31');
  });

  test('ends on SIGTERM', async () => {
    const other = await spawnGitLab();
    await other.stop();
    await expect(fetch(`${other.url}/api/v4/version`)).rejects.toThrow('fetch failed');
  });
});
