import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createCall } from './client.ts';
import { createRouter } from './router.ts';
import { allRoutes } from './routes/index.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

const spec = new URL('../../../shared/spec/tools-96.json', import.meta.url);

const toolsSchema = z.array(
  z.object({ name: z.string(), endpoints: z.array(z.object({ method: z.string(), path: z.string() })) }),
);

if (!existsSync(spec)) console.warn('skipped: ../shared/spec/tools-96.json is absent');

describe.skipIf(!existsSync(spec))('the 96 tools', () => {
  test('find a route for every endpoint that they need', () => {
    const router = createRouter(allRoutes);
    const tools = toolsSchema.parse(JSON.parse(readFileSync(spec, 'utf8')));
    const missing = tools.flatMap(({ endpoints }) =>
      endpoints
        .map(({ method, path }) => ({ method, path: path.replaceAll(/\{[^}]+\}/gu, '7') }))
        .filter(({ method, path }) => typeof router.find(method, path) !== 'object')
        .map(({ method, path }) => `${method} ${path}`),
    );
    expect(tools).toHaveLength(96);
    expect(missing).toEqual([]);
  });
});

const p = '/projects/team%2Fapp';
const upload = '0123456789abcdef0123456789abcdef';
const mergeRequest = { source_branch: 'feature/new', target_branch: 'main', title: 'New' };
const commit = { branch: 'main', commit_message: 'Say it' };
const position = {
  position_type: 'text',
  base_sha: 'a',
  start_sha: 'b',
  head_sha: 'c',
  new_path: 'src/server.ts',
  new_line: 5,
};

/** One request for each endpoint, in an order that works: method, path, status, body. */
const walk: readonly (readonly [string, number, unknown?])[] = [
  [`GET ${p}`, 200],
  ['GET /projects', 200],
  ['GET /groups/team/projects', 200],
  ['GET /groups/team', 200],
  ['GET /groups', 200],
  ['POST /projects', 201, { name: 'Fresh', initialize_with_readme: true }],
  [`POST ${p}/fork`, 201, {}],
  [`GET ${p}/repository/tree`, 200],
  [`GET ${p}/members`, 200],
  [`GET ${p}/members/all`, 200],
  [`GET ${p}/repository/files/README.md?ref=main`, 200],
  [`GET ${p}/repository/files/README.md/raw`, 200],
  [`POST ${p}/repository/files/a.txt`, 201, { ...commit, content: 'a' }],
  [`PUT ${p}/repository/files/a.txt`, 200, { ...commit, content: 'b' }],
  [`DELETE ${p}/repository/files/a.txt`, 204, commit],
  [
    `POST ${p}/repository/commits`,
    201,
    { ...commit, actions: [{ action: 'create', file_path: 'b.txt', content: '' }] },
  ],
  [`GET ${p}/repository/commits`, 200],
  [`GET ${p}/repository/commits/main`, 200],
  [`GET ${p}/repository/commits/main/diff`, 200],
  [`POST ${p}/repository/branches`, 201, { branch: 'feature/new', ref: 'main' }],
  [`GET ${p}/repository/branches`, 200],
  [`GET ${p}/repository/branches/feature%2Fnew`, 200],
  [`GET ${p}/repository/compare?from=main&to=feature%2Flogin`, 200],
  [`GET ${p}/repository/tags`, 200],
  [`GET ${p}/repository/tags/v1.0.0`, 200],
  [`GET ${p}/issues`, 200],
  ['GET /issues', 200],
  [`GET ${p}/issues/1`, 200],
  [`POST ${p}/issues`, 201, { title: 'New' }],
  [`PUT ${p}/issues/46`, 200, { state_event: 'close' }],
  [`POST ${p}/issues/1/links`, 201, { target_project_id: 'team/lib', target_issue_iid: 1 }],
  [`GET ${p}/issues/1/links`, 200],
  [`GET ${p}/issues/1/links/1`, 200],
  [`DELETE ${p}/issues/1/links/1`, 200],
  [`DELETE ${p}/issues/46`, 204],
  [`GET ${p}/issues/1/discussions`, 200],
  [`GET ${p}/issues/1/notes`, 200],
  [`POST ${p}/issues/1/notes`, 201, { body: 'Hello' }],
  [`POST ${p}/issues/1/discussions`, 201, { body: 'A thread' }],
  [`POST ${p}/merge_requests`, 201, mergeRequest],
  [`GET ${p}/merge_requests`, 200],
  ['GET /merge_requests', 200],
  [`GET ${p}/merge_requests/7`, 200],
  [`PUT ${p}/merge_requests/7`, 200, { title: 'Newer' }],
  [`GET ${p}/merge_requests/6/diffs`, 200],
  [`GET ${p}/merge_requests/2/commits`, 200],
  [`GET ${p}/merge_requests/2/discussions`, 200],
  [`POST ${p}/merge_requests/2/discussions`, 201, { body: 'Here', position }],
  [`POST ${p}/merge_requests/2/notes`, 201, { body: 'Hello' }],
  [`GET ${p}/merge_requests/2/notes`, 200],
  [`POST ${p}/merge_requests/2/draft_notes`, 201, { note: 'One' }],
  [`POST ${p}/merge_requests/2/draft_notes`, 201, { note: 'Two' }],
  [`POST ${p}/merge_requests/2/draft_notes`, 201, { note: 'Three' }],
  [`GET ${p}/merge_requests/2/draft_notes`, 200],
  [`GET ${p}/merge_requests/2/draft_notes/1`, 200],
  [`PUT ${p}/merge_requests/2/draft_notes/1`, 200, { note: 'Changed' }],
  [`DELETE ${p}/merge_requests/2/draft_notes/1`, 204],
  [`PUT ${p}/merge_requests/2/draft_notes/2/publish`, 204],
  [`POST ${p}/merge_requests/2/draft_notes/bulk_publish`, 204],
  [`PUT ${p}/merge_requests/2/merge`, 200, {}],
  [`GET ${p}/labels?with_counts=true`, 200],
  [`POST ${p}/labels`, 201, { name: 'new label', color: '#00FF00' }],
  [`GET ${p}/labels/new%20label`, 200],
  [`PUT ${p}/labels/new%20label`, 200, { description: 'changed' }],
  [`DELETE ${p}/labels/new%20label`, 204],
  ['GET /namespaces', 200],
  ['GET /namespaces/team', 200],
  ['GET /namespaces/team/exists', 200],
  ['GET /users?username=bob', 200],
  ['GET /users/2', 200],
  ['GET /user', 200],
  ['GET /version', 200],
  ['GET /personal_access_tokens/self', 200],
  ['GET /events', 200],
  [`GET ${p}/events`, 200],
  [`GET ${p}/releases`, 200],
  [`GET ${p}/releases/v1.1.0`, 200],
  [`POST ${p}/releases`, 201, { tag_name: 'v1.2.0', ref: 'main', milestones: ['v1.2'] }],
  [`PUT ${p}/releases/v1.2.0`, 200, { name: 'Newest' }],
  [`POST ${p}/releases/v1.2.0/evidence`, 202],
  [`DELETE ${p}/releases/v1.2.0`, 200],
  [`GET ${p}/releases/v1.1.0/downloads/bin/app.zip`, 302],
  [`GET ${p}/packages/generic/app/1.1.0/app.zip`, 200],
  [`GET ${p}/uploads/${upload}/notes.txt`, 200],
  [`GET ${p}/pipelines`, 200],
  [`GET ${p}/pipelines/801`, 200],
  [`POST ${p}/pipeline`, 201, { ref: 'main' }],
  [`POST ${p}/pipelines/802/retry`, 201],
  [`POST ${p}/pipelines/803/cancel`, 200],
  [`GET ${p}/pipelines/801/jobs?scope[]=success&scope[]=manual`, 200],
  [`GET ${p}/pipelines/801/bridges`, 200],
  [`GET ${p}/jobs`, 200],
  [`GET ${p}/jobs/7001`, 200],
  [`GET ${p}/jobs/7001/trace`, 200],
  [`POST ${p}/jobs/7004/play`, 200],
  [`POST ${p}/jobs/7002/retry`, 201],
  [`POST ${p}/jobs/7004/cancel`, 201],
  [`GET ${p}/milestones`, 200],
  [`GET ${p}/milestones/301`, 200],
  [`POST ${p}/milestones`, 201, { title: 'v2' }],
  [`PUT ${p}/milestones/303`, 200, { state_event: 'close' }],
  [`GET ${p}/milestones/301/issues`, 200],
  [`GET ${p}/milestones/301/merge_requests`, 200],
  [`GET ${p}/milestones/301/burndown_events`, 200],
  [`POST ${p}/milestones/302/promote`, 200],
  [`DELETE ${p}/milestones/303`, 204],
  [`GET ${p}/wikis`, 200],
  [`POST ${p}/wikis`, 201, { title: 'New page', content: 'Text' }],
  [`GET ${p}/wikis/guides%2Fsetup`, 200],
  [`PUT ${p}/wikis/New-page`, 200, { content: 'More text' }],
  [`DELETE ${p}/wikis/New-page`, 204],
];

const steps = walk.map(([request, status, body]) => ({ request, status, body }));

describe('each endpoint', () => {
  let gitlab: GitLabServer;

  beforeAll(async () => {
    gitlab = await startGitLab();
  });
  afterAll(async () => gitlab.close());

  test.each(steps)('$request answers $status', async ({ request, status, body }) => {
    const result = await createCall(gitlab.apiUrl)(request, { body });
    expect({ status: result.status, text: result.status === status ? '' : result.text }).toEqual({ status, text: '' });
  });

  test.each(['uploads', 'wikis/attachments'])('POST /%s takes a multipart form', async (path) => {
    const form = new FormData();
    form.append('file', new Blob(['Größe']), 'größe.txt');
    const result = await createCall(gitlab.apiUrl)(`POST ${p}/${path}`, { body: form });
    expect(result.status).toBe(201);
    const json = await createCall(gitlab.apiUrl)(`POST ${p}/${path}`, { body: { file: 'Größe' } });
    expect(json).toMatchObject({ status: 400, body: { error: 'file is invalid' } });
  });
});
