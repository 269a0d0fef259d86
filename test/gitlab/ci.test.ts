import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;

beforeEach(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterEach(async () => gitlab.close());

const p = '/projects/1';

test('a trace is plain text with colours, sections and the error near its end', async () => {
  const { text, headers } = await call(`GET ${p}/jobs/7007/trace`);
  expect(headers.get('Content-Type')).toBe('text/plain');
  expect(text).toContain('section_start:1767603600:step_script\r\u001B[0K');
  expect(text.trimEnd().split('\n').at(-1)).toBe('\u001B[31;1mERROR: Job failed: exit code 1\u001B[0;m');
  const stamped = await call(`GET ${p}/jobs/7003/trace`);
  expect(stamped.text).toMatch(/^2026-01-05T09:00:00\.123456Z 00O /u);
});

test.each([
  ['scope[]=manual', ['deploy']],
  ['scope[]=success&scope[]=manual', ['deploy', 'plan', 'test', 'build']],
  ['scope=success', ['plan', 'test', 'build']],
])('the jobs with %s are %j', async (query, names) => {
  const result = await call(`GET ${p}/pipelines/801/jobs?${query}`);
  expect(result.body).toMatchObject(names.map((name) => ({ name })));
});

test('a scope joined by a comma is refused', async () => {
  expect(await call(`GET ${p}/pipelines/801/jobs?scope[]=success,manual`)).toMatchObject({
    status: 400,
    body: { error: 'scope does not have a valid value' },
  });
});

test('a bridge shows the pipeline that it started', async () => {
  expect(await call(`GET ${p}/pipelines/801/bridges`)).toMatchObject({
    body: [{ name: 'trigger', downstream_pipeline: { id: 805 } }],
  });
});

test('a retried run is left out of the list unless asked for', async () => {
  expect(await call(`GET ${p}/pipelines/802/jobs`)).toMatchObject({ body: [{ id: 7007 }, { id: 7005 }] });
  const all = await call(`GET ${p}/pipelines/802/jobs?include_retried=true`);
  expect(all.headers.get('X-Total')).toBe('3');
});

describe('a job', () => {
  test.each([
    ['a manual one is played', 'POST', '7004/play', 200, { status: 'pending' }],
    ['another is not played', 'POST', '7001/play', 400, { message: '400 Bad request - Unplayable Job' }],
    ['a failed one is retried as a new one', 'POST', '7007/retry', 201, { id: 7013, status: 'pending', name: 'test' }],
    ['one that runs is not retried', 'POST', '7008/retry', 403, { message: '403 Forbidden - Job is not retryable' }],
    ['one that runs is cancelled', 'POST', '7008/cancel', 201, { status: 'canceled' }],
    ['one that has ended stays as it is', 'POST', '7001/cancel', 201, { status: 'success' }],
    ['one that is absent is not found', 'GET', '1', 404, { message: '404 Not found' }],
  ])('%s', async (_, method, path, status, body) => {
    expect(await call(`${method} ${p}/jobs/${path}`)).toMatchObject({ status, body });
  });
});

describe('a pipeline', () => {
  test.each([
    ['scope=tags', [804]],
    ['scope=finished&ref=main', [805, 801]],
    ['status=failed', [802]],
    ['ref=v1.1.0', [804]],
    ['username=nobody', []],
  ])('is listed with %s', async (query, ids) => {
    const result = await call(`GET ${p}/pipelines?${query}`);
    expect(result.body).toMatchObject(ids.map((id) => ({ id })));
    expect(result.headers.get('X-Total')).toBe(String(ids.length));
  });

  test('runs again when its failed jobs are retried, and ends when cancelled', async () => {
    expect(await call(`POST ${p}/pipelines/802/retry`)).toMatchObject({ status: 201, body: { status: 'running' } });
    expect(await call(`POST ${p}/pipelines/802/cancel`)).toMatchObject({ status: 200, body: { status: 'canceled' } });
  });

  test('is made for a ref that exists', async () => {
    const made = await call(`POST ${p}/pipeline`, { body: { ref: 'main', variables: [{ key: 'A', value: 'b' }] } });
    expect(made).toMatchObject({ status: 201, body: { ref: 'main', status: 'created', source: 'api' } });
    expect(await call(`POST ${p}/pipeline`, { body: { ref: 'none' } })).toMatchObject({
      status: 400,
      body: { message: { base: ['Reference not found'] } },
    });
  });
});

describe('a release', () => {
  test.each([
    [{ tag_name: 'v1.0.0' }, 409, { message: 'Release already exists' }],
    [{ tag_name: 'v9' }, 422, { message: 'Ref is not specified' }],
    [{ tag_name: 'v9', ref: 'main', milestones: ['none'] }, 400, { message: 'Milestone(s) not found: none' }],
    [{}, 400, { error: 'tag_name is missing' }],
  ])('with %j is refused with %i', async (body, status, answer) => {
    expect(await call(`POST ${p}/releases`, { body })).toMatchObject({ status, body: answer });
  });

  test('is listed newest first', async () => {
    expect(await call(`GET ${p}/releases`)).toMatchObject({ body: [{ tag_name: 'v1.1.0' }, { tag_name: 'v1.0.0' }] });
  });

  test('leads to its asset by a redirect', async () => {
    const redirect = await call(`GET ${p}/releases/v1.1.0/downloads/bin/app.zip`);
    expect(redirect.headers.get('Location')).toBe(`${gitlab.apiUrl}/projects/1/packages/generic/app/1.1.0/app.zip`);
    const asset = await call(`GET ${p}/packages/generic/app/1.1.0/app.zip`);
    expect(asset.headers.get('Content-Type')).toBe('application/octet-stream');
    expect(asset.text.startsWith('PK')).toBe(true);
    const mirror = await call(`GET ${p}/releases/v1.1.0/downloads/mirror/app.zip`);
    expect(mirror.headers.get('Location')).toBe('https://downloads.example.com/app.zip');
  });

  test('collects evidence', async () => {
    expect(await call(`POST ${p}/releases/v1.0.0/evidence`)).toMatchObject({ status: 202 });
    expect(await call(`GET ${p}/releases/v1.0.0`)).toMatchObject({ body: { evidences: [{}] } });
  });
});

test('a promoted milestone leaves the project', async () => {
  expect(await call(`POST ${p}/milestones/301/promote`)).toMatchObject({ status: 200 });
  expect(await call(`GET ${p}/milestones/301`)).toMatchObject({ status: 404 });
  expect(gitlab.store.groups.get(101)?.milestones.get(301)).toMatchObject({ title: 'v1.2', groupId: 101 });
});

test('a fork is scheduled first and finished later', async () => {
  const fork = await call(`POST ${p}/fork`, { token: 'glpat-bob', body: {} });
  expect(fork).toMatchObject({ status: 201, body: { import_status: 'scheduled', forked_from_project: { id: 1 } } });
  await expect
    .poll(async () => call('GET /projects/bob%2Fapp', { token: 'glpat-bob' }))
    .toMatchObject({ body: { import_status: 'finished' } });
  expect(await call(`POST ${p}/fork`, { token: 'glpat-bob', body: {} })).toMatchObject({ status: 409 });
});
