import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
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

const files = '/projects/1/repository/files';
const commits = '/projects/1/repository/commits';
const commit = { branch: 'main', commit_message: 'Say it' };
const fileSchema = z.object({ content: z.base64(), last_commit_id: z.string(), size: z.number() });

async function read(path: string, ref = 'main'): Promise<z.output<typeof fileSchema> & { readonly text: string }> {
  const { body } = await call(`GET ${files}/${encodeURIComponent(path)}?ref=${ref}`);
  const file = fileSchema.parse(body);
  return { ...file, text: Buffer.from(file.content, 'base64').toString('utf8') };
}

describe('a file', () => {
  test.each([
    ['docs/größe.md', 'Nicht-ASCII: äöü €'],
    ['docs/my notes.md', 'A path with a space.'],
    ['.gitlab-ci.yml', 'stages'],
  ])('%s is read by its encoded path', async (path, words) => {
    const file = await read(path);
    expect(file.text).toContain(words);
  });

  test('is written as text or base64, and read back', async () => {
    await call(`POST ${files}/new%2Fa.txt`, { body: { ...commit, content: 'Grüße' } });
    const written = await read('new/a.txt');
    expect(written.text).toBe('Grüße');
    const content = Buffer.from([0, 255, 1]).toString('base64');
    await call(`PUT ${files}/new%2Fa.txt`, { body: { ...commit, content, encoding: 'base64' } });
    const changed = await read('new/a.txt');
    expect(changed.content).toBe(content);
    expect(changed.last_commit_id).not.toBe(written.last_commit_id);
    const old = await read('new/a.txt', written.last_commit_id);
    expect(old.text).toBe('Grüße');
  });

  test('that changed since last_commit_id is not overwritten', async () => {
    const { last_commit_id: lastCommitId } = await read('src/index.ts');
    const body = { ...commit, content: 'x', last_commit_id: lastCommitId };
    expect(await call(`PUT ${files}/src%2Findex.ts`, { body })).toMatchObject({ status: 200 });
    expect(await call(`PUT ${files}/src%2Findex.ts`, { body })).toMatchObject({
      status: 400,
      body: { message: 'You are attempting to update a file that has changed since you started editing it.' },
    });
  });

  test.each([
    ['GET', 'README.md', undefined, 400, { error: 'ref is missing' }],
    ['GET', 'none.md?ref=main', undefined, 404, { message: '404 File Not Found' }],
    ['GET', 'README.md?ref=none', undefined, 404, { message: '404 Commit Not Found' }],
    ['POST', 'README.md', { ...commit, content: '' }, 400, { message: 'A file with this name already exists' }],
    ['PUT', 'none.md', { ...commit, content: '' }, 400, { message: "A file with this name doesn't exist" }],
    ['POST', 'x.md', { ...commit, content: '', branch: '' }, 400, { error: 'branch is empty' }],
    ['POST', 'x.md', {}, 400, { error: 'branch is missing, commit_message is missing, content is missing' }],
  ])('%s %s with %j is refused with %i', async (method, path, body, status, answer) => {
    expect(await call(`${method} ${files}/${path}`, { body })).toMatchObject({ status, body: answer });
  });
});

describe('a commit', () => {
  test('creates, updates, deletes, moves and marks files in one step', async () => {
    const actions = [
      { action: 'create', file_path: 'one.txt', content: 'b25l', encoding: 'base64' },
      { action: 'update', file_path: 'docs/guide.md', content: '# New guide\n' },
      { action: 'delete', file_path: 'docs/my notes.md' },
      { action: 'move', file_path: 'src/main.ts', previous_path: 'src/server.ts' },
      { action: 'chmod', file_path: 'package.json', execute_filemode: true },
    ];
    const result = await call(`POST ${commits}`, {
      body: { ...commit, branch: 'work', start_branch: 'main', actions },
    });
    expect(result).toMatchObject({ status: 201, body: { title: 'Say it', stats: { additions: 9 } } });
    const diffs = await call(`GET ${commits}/work/diff`);
    expect(diffs.body).toMatchObject([
      { new_path: 'docs/guide.md', diff: '@@ -1,3 +1 @@\n-# Guide\n-\n-Read this first.\n+# New guide\n' },
      { new_path: 'docs/my notes.md', deleted_file: true },
      { new_path: 'one.txt', new_file: true },
      { new_path: 'package.json', a_mode: '100644', b_mode: '100755' },
      { new_path: 'src/main.ts', new_file: true },
      { new_path: 'src/server.ts', deleted_file: true },
    ]);
    expect(await call(`GET ${files}/one.txt?ref=main`)).toMatchObject({ status: 404 });
  });

  test.each([
    [{ ...commit }, 'actions is missing'],
    [{ ...commit, actions: [{ action: 'push', file_path: 'a' }] }, 'actions[0][action] does not have a valid value'],
    [{ ...commit, actions: [{ action: 'create' }] }, 'actions[0][file_path] is missing'],
  ])('with %j is refused', async (body, error) => {
    expect(await call(`POST ${commits}`, { body })).toMatchObject({ status: 400, body: { error } });
  });

  test('to a new branch needs one to start from', async () => {
    const actions = [{ action: 'create', file_path: 'a', content: '' }];
    expect(await call(`POST ${commits}`, { body: { ...commit, branch: 'nowhere', actions } })).toMatchObject({
      status: 400,
      body: { message: 'You can only create or edit files when you are on a branch' },
    });
  });

  test('names its parent', async () => {
    const { body } = await call(`GET ${commits}?per_page=2`);
    const rows = z.array(z.object({ id: z.string(), parent_ids: z.array(z.string()) })).parse(body);
    expect(rows[0]?.parent_ids).toEqual([rows[1]?.id]);
  });

  test.each([
    ['path=docs&ref_name=v1.0.0', 1],
    ['path=CHANGELOG.md&ref_name=v1.0.0', 11],
    ['since=2026-01-05T20:00:00Z&until=2026-01-05T22:00:00Z&ref_name=v1.1.0', 3],
    ['ref_name=none', 0],
  ])('is listed with %s', async (query, count) => {
    const { body } = await call(`GET ${commits}?per_page=100&${query}`);
    expect(body).toHaveLength(count);
  });
});

describe('the tree', () => {
  test('shows directories first, and below a path only that path', async () => {
    const { body } = await call('GET /projects/1/repository/tree?path=src&ref=v1.0.0');
    expect(body).toMatchObject([
      { type: 'tree', path: 'src/modules', mode: '040000' },
      { type: 'blob', path: 'src/index.ts', name: 'index.ts', mode: '100644' },
      { type: 'blob', path: 'src/server.ts' },
    ]);
  });

  test.each([
    ['ref=none', '404 Tree Not Found'],
    ['path=none', '404 invalid revision or path Not Found'],
  ])('with %s is not found', async (query, message) => {
    expect(await call(`GET /projects/1/repository/tree?${query}`)).toMatchObject({ status: 404, body: { message } });
  });
});

test('comparing shows what the other side has more', async () => {
  const { body } = await call('GET /projects/1/repository/compare?from=main&to=feature%2Flogin');
  expect(body).toMatchObject({
    commits: [{ title: 'Work on feature/login' }],
    diffs: [{ new_path: 'src/login.ts' }, { new_path: 'src/server.ts' }],
    compare_same_ref: false,
  });
});

test.each([
  [{ branch: 'main', ref: 'main' }, 'Branch already exists'],
  [{ branch: 'x', ref: 'none' }, 'Invalid reference name: none'],
])('a branch %j is refused', async (body, message) => {
  expect(await call('POST /projects/1/repository/branches', { body })).toMatchObject({
    status: 400,
    body: { message },
  });
});
