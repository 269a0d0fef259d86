import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;
let now = 0;

beforeEach(async () => {
  now = 1_800_000_000_000;
  gitlab = await startGitLab({ now: () => now });
  call = createCall(gitlab.apiUrl);
});
afterEach(async () => gitlab.close());

test('a limit refuses with the seconds that are left of its window, and ends with it', async () => {
  gitlab.limits.add({ per: 'token', requests: 2, windowMs: 30_000 });
  now += 18_500;
  const first = await call('GET /user');
  expect(first.headers.get('RateLimit-Reset')).toBe('1800000030');
  expect(first.headers.get('RateLimit-Observed')).toBe('1');
  expect(first.headers.get('RateLimit-Remaining')).toBe('1');
  expect(first.headers.get('RateLimit-Limit')).toBe('4');
  expect(await call('GET /user')).toMatchObject({ status: 200 });
  const refused = await call('GET /user');
  expect(refused).toMatchObject({ status: 429, text: 'Retry later\n' });
  expect(refused.headers.get('Retry-After')).toBe('12');
  expect(refused.headers.get('RateLimit-Remaining')).toBe('0');
  now += 12_000;
  expect(await call('GET /user')).toMatchObject({ status: 200 });
  expect(gitlab.journal.metrics()).toEqual({ requests: 4, throttled: 1, notModified: 0, early: 0, aborted: 0 });
});

test('requests before the end of Retry-After are counted as early', async () => {
  gitlab.limits.add({ per: 'token', requests: 1, windowMs: 10_000 });
  await call('GET /user');
  await call('GET /user');
  now += 5000;
  await call('GET /user');
  now += 4999;
  await call('GET /user');
  now += 1000;
  await call('GET /user');
  expect(gitlab.journal.entries().map(({ status, early }) => [status, early])).toEqual([
    [200, false],
    [429, false],
    [429, true],
    [429, true],
    [200, false],
  ]);
});

async function statuses(...requests: readonly (readonly [string, string])[]): Promise<readonly number[]> {
  const results: number[] = [];
  for (const [request, token] of requests) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- the order counts
    const { status } = await call(request, { token });
    results.push(status);
  }
  return results;
}

test('a request before the Retry-After of a fault is over is early too', async () => {
  gitlab.faults.add({ times: 1, fault: { kind: 'throttle429', retryAfterSeconds: 3 } });
  await call('GET /user');
  now += 2999;
  await call('GET /version');
  await call('GET /user');
  now += 1;
  await call('GET /user');
  expect(gitlab.journal.entries().map((entry) => entry.early)).toEqual([false, false, true, false]);
});

test('a limit counts each token apart, each address together, or a class of paths', async () => {
  const [alice, bob, search] = [
    ['GET /user', 'glpat-alice'],
    ['GET /user', 'glpat-bob'],
    ['GET /projects?search=app', 'glpat-bob'],
  ] as const;
  gitlab.limits.add({ per: 'token', requests: 1, windowMs: 60_000 });
  expect(await statuses(alice, bob, alice)).toEqual([200, 200, 429]);
  gitlab.limits.clear();
  gitlab.limits.add({ per: 'ip', requests: 1, windowMs: 60_000 });
  expect(await statuses(alice, bob)).toEqual([200, 429]);
  gitlab.limits.clear();
  gitlab.limits.add({ per: 'class', class: '/projects$', requests: 1, windowMs: 60_000 });
  expect(await statuses(search, alice, search, bob)).toEqual([200, 200, 429, 200]);
});

test('a refused request changes nothing', async () => {
  gitlab.limits.add({ per: 'token', requests: 1, windowMs: 60_000 });
  await call('GET /user');
  await call('POST /projects/1/issues', { body: { title: 'No' } });
  expect(gitlab.store.projects.get(1)?.issues.size).toBe(45);
});
