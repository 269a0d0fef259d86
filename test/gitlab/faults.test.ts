import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call, Result } from './client.ts';
import type { Fault } from './faults.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;

beforeEach(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterEach(async () => gitlab.close());

async function createIssue(fault: Fault): Promise<Result | 'broken'> {
  gitlab.faults.add({ match: { method: 'POST', path: '/issues' }, times: 1, fault });
  return call('POST /projects/1/issues', { body: { title: 'Once' } }).catch(() => 'broken' as const);
}

function issues(): number {
  return gitlab.store.projects.get(1)?.issues.size ?? 0;
}

describe('a fault', () => {
  test.each<[Fault, number, number]>([
    [{ kind: 'throttle429', retryAfterSeconds: 7 }, 429, 45],
    [{ kind: 'app429' }, 429, 45],
    [{ kind: 'status', status: 503, body: { message: 'maintenance' } }, 503, 45],
    [{ kind: 'redirect', to: '/api/v4/projects/2' }, 301, 45],
    [{ kind: 'htmlBefore' }, 502, 45],
    [{ kind: 'htmlAfter' }, 502, 46],
    [{ kind: 'slow', ms: 20 }, 201, 46],
    [{ kind: 'drip', pieces: 3, everyMs: 5 }, 201, 46],
  ])('%j answers %i and leaves %i issues', async (fault, status, left) => {
    expect(await createIssue(fault)).toMatchObject({ status });
    expect(issues()).toBe(left);
    expect(gitlab.journal.entries()).toMatchObject([{ method: 'POST', status, fault: fault.kind, aborted: false }]);
    expect(await call('POST /projects/1/issues', { body: { title: 'Twice' } })).toMatchObject({ status: 201 });
  });

  test.each<[Fault, number]>([
    [{ kind: 'resetBefore' }, 45],
    [{ kind: 'resetAfter' }, 46],
  ])('%j breaks the connection and leaves %i issues', async (fault, left) => {
    expect(await createIssue(fault)).toBe('broken');
    expect(issues()).toBe(left);
    expect(gitlab.journal.entries()).toMatchObject([{ status: null, fault: fault.kind, aborted: false }]);
  });
});

test('the throttle speaks plain text, the application limit JSON', async () => {
  const throttle = await createIssue({ kind: 'throttle429', retryAfterSeconds: 7 });
  const limit = await createIssue({ kind: 'app429' });
  if (throttle === 'broken' || limit === 'broken') throw new Error('no answer');
  expect(throttle.text).toBe('Retry later\n');
  expect(throttle.headers.get('Content-Type')).toBe('text/plain');
  expect(throttle.headers.get('Retry-After')).toBe('7');
  expect(throttle.headers.get('RateLimit-Remaining')).toBe('0');
  expect(limit.body).toEqual({
    message: { error: 'This endpoint has been requested too many times. Try again later.' },
  });
  expect(limit.headers.get('Retry-After')).toBeNull();
});

test('a proxy answers in HTML', async () => {
  const result = await createIssue({ kind: 'htmlBefore' });
  expect(result).toMatchObject({ status: 502 });
  expect(JSON.stringify(result)).toContain('<h1>502 Bad Gateway</h1>');
});

test('silence lasts until the client leaves, and the journal says so', async () => {
  gitlab.faults.add({ fault: { kind: 'silence' } });
  await expect(call('POST /projects/1/issues', { body: {}, signal: AbortSignal.timeout(50) })).rejects.toThrow(
    'aborted',
  );
  await expect.poll(() => gitlab.journal.metrics().aborted).toBe(1);
  expect(issues()).toBe(45);
});

test('a slow answer can be left, and the request is carried out', async () => {
  gitlab.faults.add({ fault: { kind: 'slow', ms: 5000 } });
  const left = call('POST /projects/1/issues', { body: { title: 'Late' }, signal: AbortSignal.timeout(100) });
  await expect(left).rejects.toThrow('aborted');
  expect(issues()).toBe(46);
  await expect.poll(() => gitlab.journal.metrics().aborted).toBe(1);
});

test('a rule meets only the requests that match it', async () => {
  const fault: Fault = { kind: 'status', status: 500 };
  gitlab.faults.add({ match: { user: 'bob', pathPattern: '/issues/\\d+$' }, fault });
  expect(await call('GET /projects/1/issues/1')).toMatchObject({ status: 200 });
  expect(await call('GET /projects/1/issues', { token: 'glpat-bob' })).toMatchObject({ status: 200 });
  expect(await call('GET /projects/1/issues/1', { token: 'glpat-bob' })).toMatchObject({ status: 500 });
  gitlab.faults.clear();
  expect(await call('GET /projects/1/issues/1', { token: 'glpat-bob' })).toMatchObject({ status: 200 });
});

function struck(): readonly boolean[] {
  const remove = gitlab.faults.add({ probability: 0.3, seed: 5, fault: { kind: 'htmlBefore' } });
  const request = { method: 'GET', path: '/', user: null, token: null };
  const met = Array.from({ length: 1000 }, () => gitlab.faults.pick(request).fault !== undefined);
  remove();
  return met;
}

test('a probability with a seed meets the same requests each time', async () => {
  const first = struck();
  expect(struck()).toEqual(first);
  const share = first.filter(Boolean).length / first.length;
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.35);
});

test('a huge trace is streamed in numbered lines, with the error near its end', async () => {
  gitlab.faults.add({ fault: { kind: 'hugeTrace', megabytes: 3 } });
  const { text } = await call('GET /projects/1/jobs/7001/trace');
  const lines = text.trimEnd().split('\n');
  expect(text.length).toBeGreaterThan(3_000_000);
  expect(lines[0]).toMatch(/^line 000000001 /u);
  expect(lines.at(-5)).toContain('ERROR: Job failed: exit code 1');
  expect(lines.at(-1)).toContain(`line ${String(lines.length).padStart(9, '0')} `);
});

test('a huge diff is a JSON list of that size', async () => {
  gitlab.faults.add({ fault: { kind: 'hugeDiff', megabytes: 2 } });
  const { body, text } = await call('GET /projects/1/merge_requests/2/diffs');
  expect(text.length).toBeGreaterThan(2_000_000);
  expect(body).toHaveLength(32);
});

test('a redirect may lead to another origin', async () => {
  const result = await createIssue({ kind: 'redirect', to: 'https://elsewhere.example.com/' });
  if (result === 'broken') throw new Error('no answer');
  expect(result.headers.get('Location')).toBe('https://elsewhere.example.com/');
});
