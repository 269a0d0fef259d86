import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call, Result } from './client.ts';
import { createIssues } from './seed/issues.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';
import { isList } from './values.ts';

let gitlab: GitLabServer;
let call: Call;

beforeAll(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterAll(async () => gitlab.close());

function pageHeaders({ headers }: Result): unknown {
  const names = ['X-Page', 'X-Per-Page', 'X-Next-Page', 'X-Prev-Page', 'X-Total', 'X-Total-Pages'];
  return Object.fromEntries(names.map((name) => [name, headers.get(name)]));
}

function rels({ headers }: Result): readonly string[] {
  return [...(headers.get('Link') ?? '').matchAll(/rel="(?<rel>\w+)"/gu)].map((match) => match.groups?.['rel'] ?? '');
}

describe('a list', () => {
  test('has page headers, empty where there is no page', async () => {
    const first = await call('GET /projects/1/issues');
    expect(pageHeaders(first)).toEqual({
      'X-Page': '1',
      'X-Per-Page': '20',
      'X-Next-Page': '2',
      'X-Prev-Page': '',
      'X-Total': '45',
      'X-Total-Pages': '3',
    });
    expect(rels(first)).toEqual(['next', 'first', 'last']);
    const last = await call('GET /projects/1/issues?page=3');
    expect(pageHeaders(last)).toMatchObject({ 'X-Next-Page': '', 'X-Prev-Page': '2' });
    expect(rels(last)).toEqual(['prev', 'first', 'last']);
  });

  test('without rows has one page, as recorded', async () => {
    const result = await call('GET /projects/1/issues?search=nothing-like-this');
    expect(result.body).toEqual([]);
    expect(pageHeaders(result)).toMatchObject({ 'X-Total': '0', 'X-Total-Pages': '1' });
  });

  test("writes GitLab's defaults and the path's parameters into its links", async () => {
    const { headers } = await call('GET /projects/team%2Fapp/issues?labels=bug&per_page=1');
    const query = 'id=team%2Fapp&labels=bug&order_by=created_at&page=2&per_page=1&sort=desc&state=all';
    expect(headers.get('Link')).toContain(
      `<${gitlab.apiUrl}/projects/team%2Fapp/issues?${query}&with_labels_details=false>; rel="next"`,
    );
  });

  test('gives at most 100 rows', async () => {
    const result = await call('GET /projects/1/repository/tree?recursive=true&per_page=500');
    expect(result.body).toHaveLength(100);
    expect(result.headers.get('X-Per-Page')).toBe('100');
  });

  test('of commits is not counted', async () => {
    const result = await call('GET /projects/1/repository/commits');
    expect(result.body).toHaveLength(20);
    expect(pageHeaders(result)).toMatchObject({ 'X-Next-Page': '2', 'X-Total': null, 'X-Total-Pages': null });
    expect(rels(result)).toEqual(['next', 'first']);
  });

  test('of more than 10,000 rows is not counted', async () => {
    const lib = gitlab.store.projects.get(2);
    if (lib !== undefined) createIssues(gitlab.store, lib, 10_001);
    const result = await call('GET /projects/2/issues');
    expect(pageHeaders(result)).toMatchObject({ 'X-Next-Page': '2', 'X-Total': null, 'X-Total-Pages': null });
    expect(rels(result)).toEqual(['next', 'first']);
  });

  test('refuses an offset over 50,000 where a keyset exists', async () => {
    const result = await call('GET /projects?page=501&per_page=100');
    expect(result.status).toBe(405);
    expect(result.body).toEqual({
      error:
        'Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Project. Remaining records can be retrieved using keyset pagination.',
    });
    expect(await call('GET /projects/1/labels?page=501&per_page=100')).toMatchObject({ status: 200 });
  });
});

async function walk(first: string): Promise<readonly unknown[]> {
  const rows: unknown[] = [];
  let next: string | undefined = first;
  for (let pages = 0; next !== undefined && pages < 20; pages += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- each page names the next one
    const result: Result = await call(`GET ${next}`);
    if (isList(result.body)) rows.push(...result.body);
    next = /api\/v4(?<path>[^>]+)>; rel="next"/u.exec(result.headers.get('Link') ?? '')?.groups?.['path'];
  }
  return rows;
}

describe('a keyset', () => {
  test.each([
    ['/projects?pagination=keyset&order_by=id&sort=asc&per_page=2', 4],
    ['/projects?pagination=keyset&order_by=id&per_page=2', 4],
    ['/projects/1/repository/tree?pagination=keyset&recursive=true&per_page=50', 137],
    ['/projects/1/issues?pagination=keyset&per_page=20', 45],
    ['/projects/1/jobs?pagination=keyset&per_page=4', 11],
  ])('leads through %s to all %i rows, the last page without a link', async (path, count) => {
    const rows = await walk(path);
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(count);
  });

  test('is refused where GitLab has none', async () => {
    const result = await call('GET /projects/1/labels?pagination=keyset');
    expect(result).toMatchObject({
      status: 405,
      body: { error: 'Keyset pagination is not yet available for this type of request' },
    });
  });
});

describe('every answer', () => {
  test('has a request id of its own and the rate limit', async () => {
    const results = await Promise.all([call('GET /user'), call('GET /projects/nowhere'), call('GET /nowhere')]);
    expect(new Set(results.map(({ headers }) => headers.get('X-Request-Id'))).size).toBe(3);
    for (const { headers } of results) {
      expect(headers.get('RateLimit-Limit')).toBe('2000');
      expect(headers.get('RateLimit-Name')).toBe('throttle_authenticated_api');
      expect(headers.get('X-Runtime')).toMatch(/^\d+\.\d{6}$/u);
    }
  });

  test('to a GET has an ETag, and answers 304 to the one who has it', async () => {
    const first = await call('GET /projects/1/issues/1');
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^W\/"[0-9a-f]{32}"$/u);
    const again = await call('GET /projects/1/issues/1', { headers: { 'If-None-Match': etag } });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(gitlab.journal.metrics()).toMatchObject({ notModified: 1 });
    await call('POST /projects/1/issues/1/notes', { body: { body: 'changes it' } });
    expect(await call('GET /projects/1/issues/1', { headers: { 'If-None-Match': etag } })).toMatchObject({
      status: 200,
    });
  });
});
