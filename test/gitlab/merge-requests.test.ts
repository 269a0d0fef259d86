import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;
let now = 0;

beforeEach(async () => {
  now = Date.UTC(2026, 5, 1);
  gitlab = await startGitLab({ now: () => now, timings: { mergeCheckMs: 1000 } });
  call = createCall(gitlab.apiUrl);
});
afterEach(async () => gitlab.close());

const mrs = '/projects/1/merge_requests';

async function open(branch = 'feature/new'): Promise<void> {
  await call('POST /projects/1/repository/branches', { body: { branch, ref: 'main' } });
  const commit = { branch, commit_message: 'm', content: 'x' };
  await call(`POST /projects/1/repository/files/${encodeURIComponent(`${branch}.txt`)}`, { body: commit });
  await call(`POST ${mrs}`, { body: { source_branch: branch, target_branch: 'main', title: 'New' } });
}

describe('a new merge request', () => {
  test('is prepared, then checked, then mergeable, and only then merges', async () => {
    await open();
    expect(await call(`GET ${mrs}/7`)).toMatchObject({
      body: { detailed_merge_status: 'preparing', merge_status: 'checking', prepared_at: null, changes_count: null },
    });
    now += 1000;
    expect(await call(`GET ${mrs}/7`)).toMatchObject({
      body: { detailed_merge_status: 'checking', merge_status: 'checking', changes_count: '1' },
    });
    expect(await call(`PUT ${mrs}/7/merge`)).toMatchObject({
      status: 405,
      body: { message: '405 Method Not Allowed' },
    });
    now += 1000;
    expect(await call(`GET ${mrs}/7`)).toMatchObject({ body: { detailed_merge_status: 'mergeable' } });
    const merged = await call(`PUT ${mrs}/7/merge`, { body: { should_remove_source_branch: true } });
    expect(merged).toMatchObject({
      status: 200,
      body: { state: 'merged', detailed_merge_status: 'not_open', merged_by: { username: 'alice' } },
    });
    expect(await call('GET /projects/1/repository/files/feature%2Fnew.txt?ref=main')).toMatchObject({ status: 200 });
    expect(await call('GET /projects/1/repository/branches/feature%2Fnew')).toMatchObject({ status: 404 });
    expect(await call(`GET ${mrs}/7/diffs`)).toMatchObject({ body: [{ new_path: 'feature/new.txt', new_file: true }] });
  });

  test('cannot be opened twice for the same branches', async () => {
    await open();
    const body = { source_branch: 'feature/new', target_branch: 'main', title: 'Again' };
    expect(await call(`POST ${mrs}`, { body })).toMatchObject({
      status: 409,
      body: { message: ['Another open merge request already exists for this source branch: !7'] },
    });
  });

  test.each([
    [{ target_branch: 'main', title: 'x' }, 400, { error: 'source_branch is missing' }],
    [{}, 400, { error: 'source_branch is missing, target_branch is missing, title is missing' }],
    [
      { source_branch: 'none', target_branch: 'main', title: 'x' },
      400,
      { message: { source_branch: ['does not exist'] } },
    ],
    [{ source_branch: 'main', target_branch: 'main', title: 'x' }, 422, undefined],
  ])('with %j is refused with %i', async (body, status, answer) => {
    const result = await call(`POST ${mrs}`, { body });
    expect(result.status).toBe(status);
    if (answer !== undefined) expect(result.body).toEqual(answer);
  });
});

describe('merging', () => {
  const open2 = `PUT ${mrs}/2/merge`;

  test.each([
    ['as a reporter', open2, 'glpat-carol', 401, '401 Unauthorized'],
    ['a draft', `PUT ${mrs}/3/merge`, 'glpat-alice', 405, '405 Method Not Allowed'],
    ['a closed one', `PUT ${mrs}/5/merge`, 'glpat-alice', 405, '405 Method Not Allowed'],
    ['a merged one', `PUT ${mrs}/1/merge`, 'glpat-alice', 405, '405 Method Not Allowed'],
    ['a conflict', `PUT ${mrs}/4/merge`, 'glpat-alice', 422, 'Branch cannot be merged'],
    ['one that is absent', `PUT ${mrs}/99/merge`, 'glpat-alice', 404, '404 Not found'],
  ])('%s is refused', async (_, request, token, status, message) => {
    expect(await call(request, { token })).toMatchObject({ status, body: { message } });
  });

  test('with the sha of an older head is refused', async () => {
    const result = await call(open2, { body: { sha: 'f'.repeat(40) } });
    expect(result).toMatchObject({ status: 409 });
    expect(result.text).toMatch(/SHA does not match HEAD of source branch: [0-9a-f]{40}/u);
  });

  test('waits for the pipeline where the project asks for it', async () => {
    const app = gitlab.store.projects.get(1);
    if (app !== undefined) gitlab.store.putProject({ ...app, pipelineMustSucceed: true });
    expect(await call(`GET ${mrs}/2`)).toMatchObject({ body: { detailed_merge_status: 'ci_must_pass' } });
    expect(await call(open2)).toMatchObject({ status: 405 });
    await call('POST /projects/1/pipelines/802/retry');
    expect(await call(`GET ${mrs}/2`)).toMatchObject({ body: { detailed_merge_status: 'ci_still_running' } });
    const waiting = await call(open2, { body: { auto_merge: true } });
    expect(waiting).toMatchObject({ status: 200, body: { state: 'opened', merge_when_pipeline_succeeds: true } });
  });
});

test('closing and reopening changes the state and says who did it', async () => {
  const closed = await call(`PUT ${mrs}/2`, { token: 'glpat-bob', body: { state_event: 'close' } });
  expect(closed).toMatchObject({ body: { state: 'closed', closed_by: { username: 'bob' } } });
  const reopened = await call(`PUT ${mrs}/2`, { body: { state_event: 'reopen' } });
  expect(reopened).toMatchObject({ body: { state: 'opened', closed_by: null, detailed_merge_status: 'mergeable' } });
});

test('an update without a known attribute is refused', async () => {
  const result = await call(`PUT ${mrs}/2`, { body: { nonsense: 1 } });
  expect(result.status).toBe(400);
  expect(result.text).toContain('are missing, at least one parameter must be provided');
});

test("diffs over GitLab's limits come without text", async () => {
  const result = await call(`GET ${mrs}/6/diffs?per_page=2`);
  expect(result.headers.get('X-Total')).toBe('26');
  expect(result.body).toMatchObject([
    { new_path: 'data/collapsed.txt', collapsed: true, too_large: false, diff: '' },
    { new_path: 'data/too-large.txt', collapsed: false, too_large: true, diff: '' },
  ]);
});

test.each([
  ['state=merged', [1]],
  ['state=opened&order_by=created_at&sort=asc', [2, 3, 4, 6]],
  ['source_branch=feature%2Flogin', [2]],
  ['author_username=alice', []],
  ['labels=feature', [2]],
  ['scope=created_by_me', []],
])('the list with %s has %j', async (query, iids) => {
  const result = await call(`GET ${mrs}?${query}`);
  expect(result.body).toMatchObject(iids.map((iid) => ({ iid })));
  expect(result.headers.get('X-Total')).toBe(String(iids.length));
});

test('a merge request from a fork shows its changes in the target project', async () => {
  await call('POST /projects/1/fork', { token: 'glpat-bob', body: {} });
  const commit = { branch: 'main', commit_message: 'm', content: 'x' };
  const fork = '/projects/bob%2Fapp';
  await call(`POST ${fork}/repository/files/forked.txt`, { token: 'glpat-bob', body: commit });
  const body = { source_branch: 'main', target_branch: 'main', title: 'From the fork', target_project_id: 1 };
  const result = await call(`POST ${fork}/merge_requests`, { token: 'glpat-bob', body });
  expect(result).toMatchObject({ status: 201, body: { project_id: 1, source_project_id: 6, iid: 7 } });
  expect(await call(`GET ${mrs}/7/diffs`)).toMatchObject({ body: [{ new_path: 'forked.txt' }] });
});
