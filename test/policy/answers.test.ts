import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startGitLab } from '../gitlab/server.ts';
import { callTool, post } from '../support/clients.ts';
import { startWhole } from '../support/whole.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };

let gitlab: Awaited<ReturnType<typeof startGitLab>>;
let service: Awaited<ReturnType<typeof startWhole>>;

beforeEach(async () => {
  gitlab = await startGitLab();
  service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl, GITLAB_ALLOWED_PROJECT_IDS: 'team/app,team/old-app' });
});

afterEach(async () => {
  await service.close();
  await gitlab.close();
});

const call = async (name: string, args: Readonly<Record<string, unknown>>, headers = {}): Promise<string> =>
  (await callTool(service.url, { name, args }, { ...alice, ...headers })).text;

const listing = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });

async function listed(headers: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const response = await post(service.url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { ...alice, ...headers });
  return listing.parse(await response.json()).result.tools.map(({ name }) => name);
}

describe('an issue link to a project that is not on the list', () => {
  beforeEach(() => {
    const source = { projectId: 1, iid: 1 };
    const createdAt = '2026-01-05T00:00:00Z';
    for (const [id, target] of [
      [90, { projectId: 2, iid: 1 }],
      [91, { projectId: 1, iid: 2 }],
    ] as const) {
      gitlab.store.issueLinks.set(id, { id, source, target, type: 'relates_to', createdAt });
    }
  });

  test('is not in the list of links, which says that it is not whole', async () => {
    const text = await call('list_issue_links', { project_id: 'team/app', issue_iid: 1 });

    expect(JSON.parse(text)).toMatchObject({ items: [{ issue_link_id: 91, project_id: 1 }], filtered: true });
    expect(text).not.toContain('Lib');
  });

  test.each(['get_issue_link', 'delete_issue_link'])('shows its own end only in %s', async (name) => {
    const text = await call(name, { project_id: 1, issue_iid: 1, link_id: 90 });

    expect(JSON.parse(text)).toMatchObject({ id: 90, source_issue: { project_id: 1, iid: 1 } });
    expect(text).not.toContain('Lib');
  });
});

test('a list of projects holds the allowed ones', async () => {
  const text = await call('list_projects', {});

  expect(JSON.parse(text)).toMatchObject({ items: [{ id: 1, path_with_namespace: 'team/app' }], filtered: true });
});

test('requests leave with the number of the project, so that a moved one takes writes too', async () => {
  const text = await call('create_issue_note', { project_id: 'team/old-app', issue_iid: 1, body: 'Hello' });
  const write = gitlab.journal.entries().find(({ method }) => method === 'POST');

  expect(text).toContain('Hello');
  expect(write?.path).toBe('/api/v4/projects/1/issues/1/notes');
});

test('a project that GitLab hides is refused in the words for one that is not on the list', async () => {
  const args = { project_id: 'secret/vault', issue_iid: 1 };
  const named = await call('get_issue', args);
  await service.close();
  service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl, GITLAB_ALLOWED_PROJECT_IDS: 'secret/vault' });

  await expect(call('get_issue', args)).resolves.toBe(named);
  expect(named).toMatch(/^NOT_PERMITTED: Project "secret\/vault" is not on this server's list/u);
});

test('the list is looked up once, and under the token of each caller', async () => {
  const args = { project_id: 'team/app', issue_iid: 1 };
  await call('get_issue', args);
  await call('get_issue', args);
  await call('get_issue', args, { 'X-GitLab-Token': 'glpat-bob' });
  const lookUps = gitlab.journal.entries().filter(({ path }) => path === '/api/v4/projects/team%2Fapp');

  expect(lookUps.map(({ token }) => token)).toEqual(['glpat-alice', 'glpat-bob']);
});

test('a token that GitLab does not take fails as it does without a list', async () => {
  const text = await call('get_issue', { project_id: 'team/app', issue_iid: 1 }, { 'X-GitLab-Token': 'glpat-revoked' });

  expect(text).toMatch(/^GITLAB_UNAUTHORIZED: /u);
});

describe('tools/list', () => {
  test('leaves out what an allow-list never permits', async () => {
    const names = await listed();

    expect(names).toContain('get_issue');
    expect(names).not.toContain('fork_repository');
  });

  test('follows the headers of its request, and of no other', async () => {
    const narrowed = await listed({ 'X-MCP-Readonly': 'true', 'X-MCP-Toolsets': 'issues' });

    expect(narrowed).toContain('get_issue');
    expect(narrowed).not.toContain('create_issue');
    expect(narrowed).not.toContain('list_projects');
    await expect(listed()).resolves.toContain('create_issue');
  });
});

test.each([
  [{ 'X-MCP-Toolsets': 'isues' }, /"isues", which is no toolset. There are: projects/u],
  [{ 'X-MCP-Readonly': 'maybe' }, /X-MCP-Readonly/u],
  [{ 'X-GitLab-Allowed-Project-Ids': '*' }, /X-GitLab-Allowed-Project-Ids/u],
])('%j is answered with 400', async (headers, words) => {
  const response = await post(service.url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { ...alice, ...headers });

  expect(response.status).toBe(400);
  await expect(response.json()).resolves.toMatchObject({
    jsonrpc: '2.0',
    error: { message: expect.stringMatching(words) },
  });
});
