import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;

beforeAll(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterAll(async () => gitlab.close());

const issues = '/projects/1/issues';

describe('the list of issues', () => {
  test.each([
    ['state=opened', 34],
    ['state=closed', 11],
    ['labels=bug', 3],
    ['labels=bug,priority::high', 1],
    ['labels[]=bug&labels[]=priority::high', 1],
    ['labels=None', 27],
    ['milestone=v1.2', 3],
    ['milestone=None', 42],
    ['scope=created_by_me', 22],
    ['scope=assigned_to_me', 9],
    ['author_username=olga', 1],
    ['assignee_username=bob', 1],
    ['search=%C3%BCmlauts', 1],
    ['iids[]=2&iids[]=4', 2],
    ['confidential=true', 1],
    ['created_after=2026-01-07T00:00:00Z', 7],
  ])('with %s has %i rows', async (query, count) => {
    const result = await call(`GET ${issues}?${query}`);
    expect(result.headers.get('X-Total')).toBe(String(count));
  });

  test('is sorted newest first, or as asked', async () => {
    expect(await call(`GET ${issues}?per_page=2`)).toMatchObject({ body: [{ iid: 45 }, { iid: 44 }] });
    const query = 'per_page=2&order_by=created_at&sort=asc';
    expect(await call(`GET ${issues}?${query}`)).toMatchObject({ body: [{ iid: 1 }, { iid: 2 }] });
  });

  test('over all projects has those of the viewer', async () => {
    const own = await call('GET /issues');
    expect(own.headers.get('X-Total')).toBe('24');
    const all = await call('GET /issues?scope=all', { token: 'glpat-mallory' });
    expect(all.body).toMatchObject([{ title: 'First issue of Handbook' }, { title: 'First issue of Vault' }]);
  });

  test.each([
    ['state=open', 'state does not have a valid value'],
    ['scope=mine', 'scope does not have a valid value'],
    ['iids[]=x', 'iids is invalid'],
    ['created_after=soon', 'created_after is invalid'],
  ])('with %s is refused', async (query, error) => {
    expect(await call(`GET ${issues}?${query}`)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('an issue', () => {
  test('is made, changed, closed and deleted', async () => {
    const body = { title: 'New', labels: 'bug, fresh', assignee_ids: [2], milestone_id: 301, unknown: 1 };
    const made = await call(`POST ${issues}`, { body, token: 'glpat-bob' });
    expect(made).toMatchObject({
      status: 201,
      body: { iid: 46, labels: ['bug', 'fresh'], assignees: [{ username: 'bob' }], milestone: { title: 'v1.2' } },
    });
    expect(await call('GET /projects/1/labels/fresh')).toMatchObject({ status: 200 });
    const change = { add_labels: ['x'], remove_labels: 'bug', milestone_id: null, state_event: 'close' };
    expect(await call(`PUT ${issues}/46`, { body: change })).toMatchObject({
      body: { labels: ['fresh', 'x'], milestone: null, state: 'closed', closed_by: { username: 'alice' } },
    });
    expect(await call(`DELETE ${issues}/46`)).toMatchObject({ status: 403 });
    expect(await call(`DELETE ${issues}/46`, { token: 'glpat-bob' })).toMatchObject({ status: 204, text: '' });
    expect(await call(`GET ${issues}/46`)).toMatchObject({ status: 404, body: { message: '404 Not found' } });
    expect(await call(`DELETE ${issues}/46`)).toMatchObject({ status: 404, body: { message: '404 Issue Not Found' } });
  });

  test('posted twice is made twice', async () => {
    const [one, two] = [
      await call(`POST ${issues}`, { body: { title: 'Same' } }),
      await call(`POST ${issues}`, { body: { title: 'Same' } }),
    ];
    expect([one.status, two.status]).toEqual([201, 201]);
  });

  test.each([
    [`POST ${issues}`, {}, { error: 'title is missing' }],
    [`POST ${issues}`, { title: ' ' }, { message: { title: ["can't be blank"] } }],
    [`POST ${issues}`, { title: 'x', milestone_id: 'soon' }, { error: 'milestone_id is invalid' }],
    [`PUT ${issues}/1`, { state_event: 'explode' }, { error: 'state_event does not have a valid value' }],
    [`GET ${issues}/abc`, undefined, { error: 'issue_iid is invalid' }],
  ])('%s with %j is refused', async (request, body, answer) => {
    expect(await call(request, { body })).toMatchObject({ status: 400, body: answer });
  });

  test('with a number too large for a row is not found', async () => {
    expect(await call(`GET ${issues}/100000000000000000000`)).toMatchObject({
      status: 404,
      body: { message: '404 Not found' },
    });
  });

  test('of a public project is written by anyone, and planned by members only', async () => {
    const body = { title: 'From outside', labels: 'bug' };
    const result = await call('POST /projects/open%2Fhandbook/issues', { body, token: 'glpat-mallory' });
    expect(result).toMatchObject({ status: 201, body: { labels: [] } });
    expect(await call('POST /projects/open%2Fhandbook/issues', { body, token: null })).toMatchObject({ status: 401 });
  });

  test('is linked once, and the link is seen from both sides', async () => {
    const body = { target_project_id: 'team/app', target_issue_iid: 2, link_type: 'blocks' };
    expect(await call(`POST ${issues}/1/links`, { body })).toMatchObject({
      status: 201,
      body: { link_type: 'blocks' },
    });
    expect(await call(`GET ${issues}/2/links`)).toMatchObject({ body: [{ iid: 1, link_type: 'is_blocked_by' }] });
    expect(await call(`POST ${issues}/1/links`, { body })).toMatchObject({
      status: 409,
      body: { message: 'Issue(s) already assigned' },
    });
  });
});

describe('a body', () => {
  test.each([
    ['application/json', '{"title": "broken"', 400],
    ['text/plain', 'title=x', 415],
    ['application/x-www-form-urlencoded', 'title=From+a+form&labels[]=a&labels[]=b', 201],
  ])('of type %s: %s answers %i', async (type, content, status) => {
    const response = await fetch(`${gitlab.apiUrl}${issues}`, {
      method: 'POST',
      headers: { 'PRIVATE-TOKEN': 'glpat-alice', 'Content-Type': type },
      body: content,
    });
    expect(response.status).toBe(status);
    if (status === 201) expect(await response.json()).toMatchObject({ title: 'From a form', labels: ['a', 'b'] });
  });
});

test.each([
  ['POST', '/projects/1/labels', { name: 'bug', color: '#000000' }, 409, { message: 'Label already exists' }],
  [
    'POST',
    '/projects/1/labels',
    { name: 'colourless', color: 'no color' },
    400,
    { message: { color: ['must be a valid color code'] } },
  ],
  ['GET', '/projects/1/labels/none', undefined, 404, { message: '404 Label Not Found' }],
  ['POST', '/projects', { name: 'App', namespace_id: 101 }, 400, { message: { name: ['has already been taken'] } }],
  ['POST', '/projects', { name: 'x', namespace_id: 'team' }, 400, { error: 'namespace_id is invalid' }],
  ['POST', '/projects', { name: 'x', namespace_id: 103 }, 400, { message: { namespace: ['is not valid'] } }],
])('%s %s with %j is refused with %i', async (method, path, body, status, answer) => {
  expect(await call(`${method} ${path}`, { body })).toMatchObject({ status, body: answer });
});

test('of a repeated query parameter the last one counts', async () => {
  expect(await call('GET /users?username=alice&username=bob')).toMatchObject({ body: [{ username: 'bob' }] });
});
