import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createCall } from './client.ts';
import type { Call, Result } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';
import { isList, isRecord } from './values.ts';

const shared = new URL('../../../shared/gitlab/', import.meta.url);
const absent = !existsSync(shared);
if (absent) console.warn('skipped: ../shared/gitlab is absent');

let gitlab: GitLabServer;
let call: Call;

beforeAll(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterAll(async () => gitlab.close());

function readShared(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, shared), 'utf8'));
}

const learnedSchema = z.record(
  z.string(),
  z.object({ samples: z.number(), fields: z.record(z.string(), z.record(z.string(), z.number())) }),
);

/** Endpoints with recordings, and a request here that brings such an answer. */
const recorded = [
  ['GET /groups/{id}', 'GET /groups/team', undefined],
  ['GET /groups/{id}/projects []', 'GET /groups/team/projects', undefined],
  ['GET /projects/{id}', 'GET /projects/1', undefined],
  ['GET /projects/{id}/issues []', 'GET /projects/1/issues?milestone=None', undefined],
  ['GET /projects/{id}/issues/{n}', 'GET /projects/1/issues/6', undefined],
  ['GET /projects/{id}/issues/{n}/notes []', 'GET /projects/1/issues/1/notes', undefined],
  ['GET /projects/{id}/issues/{n}/notes/{n}', 'GET /projects/1/issues/1/notes/9001', undefined],
  ['GET /projects/{id}/members/all []', 'GET /projects/1/members/all', undefined],
  ['GET /projects/{id}/merge_requests []', 'GET /projects/1/merge_requests', undefined],
  ['GET /projects/{id}/merge_requests/{n}', 'GET /projects/1/merge_requests/2', undefined],
  ['GET /projects/{id}/merge_requests/{n}', 'GET /projects/1/merge_requests/1', undefined],
  ['GET /projects/{id}/merge_requests/{n}/commits []', 'GET /projects/1/merge_requests/2/commits', undefined],
  ['GET /projects/{id}/merge_requests/{n}/notes []', 'GET /projects/1/merge_requests/2/notes', undefined],
  ['GET /projects/{id}/releases []', 'GET /projects/1/releases', undefined],
  ['GET /projects/{id}/repository/branches []', 'GET /projects/1/repository/branches', undefined],
  ['GET /projects/{id}/repository/branches/{}', 'GET /projects/1/repository/branches/main', undefined],
  ['GET /projects/{id}/repository/commits []', 'GET /projects/1/repository/commits', undefined],
  ['GET /projects/{id}/repository/commits/{}', 'GET /projects/1/repository/commits/main', undefined],
  ['GET /projects/{id}/repository/files/{}', 'GET /projects/1/repository/files/README.md?ref=main', undefined],
  ['GET /projects/{id}/repository/tags []', 'GET /projects/1/repository/tags', undefined],
  ['GET /projects/{id}/repository/tags/{}', 'GET /projects/1/repository/tags/v1.0.0', undefined],
  ['GET /projects/{id}/repository/tree []', 'GET /projects/1/repository/tree', undefined],
  ['GET /user', 'GET /user', undefined],
  ['GET /users []', 'GET /users', undefined],
  ['POST /projects', 'POST /projects', { name: 'Shape', description: 'x', initialize_with_readme: true }],
  ['POST /projects/{id}/issues', 'POST /projects/1/issues', { title: 'x', description: '' }],
  ['POST /projects/{id}/issues/{n}/notes', 'POST /projects/1/issues/1/notes', { body: 'x' }],
  [
    'POST /projects/{id}/merge_requests',
    'POST /projects/1/merge_requests',
    { title: 'x', description: '', source_branch: 'production', target_branch: 'main' },
  ],
  ['POST /projects/{id}/merge_requests/{n}/notes', 'POST /projects/1/merge_requests/2/notes', { body: 'x' }],
  ['POST /projects/{id}/releases', 'POST /projects/1/releases', { tag_name: 'v9', ref: 'main', description: 'x' }],
  ['PUT /projects/{id}/issues/{n}', 'PUT /projects/1/issues/6', { title: 'y' }],
  ['PUT /projects/{id}/merge_requests/{n}', 'PUT /projects/1/merge_requests/5', { title: 'y' }],
  ['PUT /projects/{id}/merge_requests/{n}/notes/{n}', 'PUT /projects/1/merge_requests/2/notes/9005', { body: 'y' }],
  ['DELETE /projects/{id}', 'DELETE /projects/6', undefined],
] as const;

describe.skipIf(absent)("GitLab's recorded answers", () => {
  const learned = absent ? {} : learnedSchema.parse(readShared('schemas/learned-fields-from-dev-recordings.json'));

  test.each(recorded)('%s: %s has every field that they always have', async (endpoint, request, body) => {
    const { samples = 0, fields = {} } = learned[endpoint] ?? {};
    const result = await call(request, { body });
    const rows = rowsOf(result);
    expect(result.status).toBeLessThan(300);
    expect(samples).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(0);
    const always = Object.entries(fields).filter(([, types]) => sum(Object.values(types)) === samples);
    const problems = rows.flatMap((row) => always.flatMap(([path, types]) => problem(row, path, Object.keys(types))));
    expect([...new Set(problems)]).toEqual([]);
  });
});

function rowsOf({ body }: Result): readonly unknown[] {
  return isList(body) ? body : [body];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** GitLab's schema for members allows null here; in the recordings all roles happened to end. */
const nullable = new Set(['expires_at']);

/** Says what is wrong with a field; of a field that was always null any value is right. */
function problem(row: unknown, path: string, types: readonly string[]): readonly string[] {
  let value = row;
  for (const name of path.split('.')) {
    if (value === null) return [];
    if (!isRecord(value) || !Object.hasOwn(value, name)) return [`${path} is absent`];
    value = value[name];
  }
  const type = typeOf(value);
  const right = types.includes(type) || types.join('') === 'null' || (type === 'null' && nullable.has(path));
  return right ? [] : [`${path} is ${type}, not ${types.join(' or ')}`];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value;
}

/** GitLab's own types `date` and `uri` are strings or null; answers may have more fields than the stored versions. */
function asSchema(value: unknown): unknown {
  if (isList(value)) return value.map(asSchema);
  if (value === 'date' || value === 'uri') return 'string';
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'additionalProperties' && key !== 'format');
  const schema = Object.fromEntries(entries.map(([key, each]) => [key, asSchema(each)]));
  return value['type'] === 'date' || value['type'] === 'uri' ? { ...schema, type: ['string', 'null'] } : schema;
}

describe.skipIf(absent)("GitLab's own schemas", () => {
  test.each([
    ['issue.required.json', 'GET /projects/1/issues/1'],
    ['milestone.json', 'GET /projects/1/milestones/301'],
    ['members.json', 'GET /projects/1/members'],
    ['notes.json', 'GET /projects/1/issues/1/notes'],
    ['merge_requests.required.json', 'GET /projects/1/merge_requests'],
    ['job.json', 'GET /projects/1/jobs/7001'],
  ])('%s accepts %s', async (file, request) => {
    const schema = asSchema(readShared(`schemas/public_api_v4/${file}`));
    if (!isRecord(schema)) throw new Error('no schema');
    const { body } = await call(request);
    expect(z.fromJSONSchema(schema).safeParse(body)).toMatchObject({ success: true });
  });
});

const errorsSchema = z.object({
  list: z.array(z.object({ when: z.string(), status: z.number(), body: z.unknown().optional() })),
});

describe.skipIf(absent)("GitLab's error bodies", () => {
  const listed = absent ? [] : errorsSchema.parse(readShared('gitlab-errors.json')).list;

  test.each([
    ['bad or missing token (no user)', 'GET /user', { token: null }],
    ['token expired', 'GET /user', { token: 'glpat-expired' }],
    ['token revoked', 'GET /user', { token: 'glpat-revoked' }],
    ['project private or absent', 'GET /projects/4', {}],
    ['MR iid absent', 'GET /projects/1/merge_requests/999', {}],
    ['merge: no permission', 'PUT /projects/1/merge_requests/2/merge', { token: 'glpat-carol' }],
    ['merge: state not mergeable (draft, closed, checking, pipeline)', 'PUT /projects/1/merge_requests/3/merge', {}],
    ['merge: git cannot merge', 'PUT /projects/1/merge_requests/4/merge', {}],
    ['offset over limit', 'GET /projects?page=9999', {}],
    ['keyset not available', 'GET /projects/1/labels?pagination=keyset', {}],
  ])('%s: %s', async (when, request, options) => {
    const entry = listed.find((each) => each.when === when);
    const { status, body } = await call(request, options);
    expect({ status, body }).toEqual({ status: entry?.status, body: entry?.body });
  });
});
