import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { requestFor, requestOf } from '../../src/tools/request.ts';
import { pick } from '../../src/tools/show.ts';
import type { AskGitLab } from '../../src/tools/tool.ts';
import { refusalOf, runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const app = '/projects/team%2Fapp';

describe('get_latest_release_pipeline', () => {
  const upcoming = { tag_name: 'v3', name: 'Three', upcoming_release: true };
  const latest = { tag_name: 'v2', name: 'Two', released_at: '2026-01-05', upcoming_release: false, description: 'x' };
  const answers = {
    [`GET ${app}/releases`]: [upcoming, latest, { tag_name: 'v1' }],
    [`GET ${app}/pipelines`]: [{ id: 804, ref: 'v2' }],
    [`GET ${app}/pipelines/804`]: { id: 804, ref: 'v2', status: 'success', duration: 61, user: { username: 'bob' } },
    [`GET ${app}/pipelines/804/jobs`]: [{ id: 7010, name: 'release', status: 'failed', failure_reason: 'timeout' }],
  };

  test('goes from the release over the pipeline of its tag to the jobs', async () => {
    const { asked, shown } = await runTool('get_latest_release_pipeline', { project_id: 'team/app' }, answers);

    expect(asked.map(({ route, query }) => ({ route, query }))).toEqual([
      { route: `GET ${app}/releases`, query: { per_page: 20 } },
      { route: `GET ${app}/pipelines`, query: { ref: 'v2', per_page: 1 } },
      { route: `GET ${app}/pipelines/804`, query: {} },
      { route: `GET ${app}/pipelines/804/jobs`, query: { per_page: 100 } },
    ]);
    expect(shown).toEqual({
      release: { name: 'Two', tag_name: 'v2', released_at: '2026-01-05' },
      pipeline: { id: 804, ref: 'v2', status: 'success', duration: 61, user: 'bob' },
      jobs: [{ id: 7010, name: 'release', status: 'failed', failure_reason: 'timeout' }],
    });
  });

  test('leaves the jobs out where they are not wanted', async () => {
    const args = { project_id: 'team/app', include_jobs: 'false' };
    const { asked, shown } = await runTool('get_latest_release_pipeline', args, answers);

    expect(asked).toHaveLength(3);
    expect(shown).not.toHaveProperty('jobs');
  });

  test.each([
    ['a release', { [`GET ${app}/releases`]: [upcoming] }, /GITLAB_NOT_FOUND: .*no release yet.*list_releases/u],
    ['a pipeline of the tag', { [`GET ${app}/pipelines`]: [] }, /GITLAB_NOT_FOUND: .*tag v2.*list_pipelines/u],
  ])('says what to do where there is not %s', async (_, missing, words) => {
    const asked = runTool('get_latest_release_pipeline', { project_id: 'team/app' }, { ...answers, ...missing });

    await expect(asked).rejects.toThrow(words);
  });

  const askInPages: AskGitLab = async (endpoint, params) => {
    const { method, path } = requestFor(endpoint, params);
    const page = path.endsWith('/jobs') ? { page: 1, perPage: 100, nextPage: 2 } : undefined;
    return { body: new Map(Object.entries<unknown>(answers)).get(`${method} ${path}`), page };
  };

  test('says where further jobs are than one page holds', async () => {
    const args = { project_id: 'team/app', include_jobs: true };
    const ran = toolNamed('get_latest_release_pipeline').run?.(askInPages, args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types

    await expect(ran).resolves.toMatchObject({
      body: { jobs_left_out: 'see list_pipeline_jobs with page=2 and per_page=100' },
    });
  });

  test("fails with GitLab's failure", async () => {
    const forbidden = new Failure('GITLAB_FORBIDDEN', '403 Forbidden');
    const asked = runTool(
      'get_latest_release_pipeline',
      { project_id: 'team/app' },
      { ...answers, [`GET ${app}/pipelines/804/jobs`]: forbidden },
    );

    await expect(asked).rejects.toThrow(forbidden);
  });
});

test('list_pipeline_jobs gives the scope as a list, which is sent as repeated scope[]', () => {
  const tool = toolNamed('list_pipeline_jobs');
  const args = checkArguments(tool, { project_id: 'a/b', pipeline_id: 1, scope: ['failed', 'manual'] });

  expect(requestOf(tool, args).query).toEqual({ scope: ['failed', 'manual'], page: 1, per_page: 20 });
});

test.each(['list_pipeline_jobs', 'list_pipeline_trigger_jobs'])('%s refuses a scope that no job has', (name) => {
  expect(refusalOf(name, { project_id: 'a/b', pipeline_id: 1, scope: ['broken'] })).toMatch(/^scope\.0/u);
});

test('create_pipeline refuses a variable without a value', () => {
  const variables = [{ key: 'A' }];

  expect(refusalOf('create_pipeline', { project_id: 'a/b', ref: 'main', variables })).toMatch(/^variables\.0\.value/u);
});

test('a pipeline is shown with all that tells how it went, and without its variables', () => {
  const pipeline = {
    id: 1,
    status: 'success',
    detailed_status: { label: 'passed with warnings', icon: 'x' },
    yaml_errors: null,
    user: { username: 'bob', email: 'b@example.com' },
    duration: 60,
    queued_duration: 2,
    coverage: '98.5',
    variables: [{ key: 'TOKEN', value: 'secret' }],
  };

  expect(pick(pipeline, toolNamed('create_pipeline').shows ?? [])).toEqual({
    id: 1,
    status: 'success',
    detailed_status: 'passed with warnings',
    user: 'bob',
    duration: 60,
    queued_duration: 2,
    coverage: '98.5',
  });
});

test('list_pipeline_trigger_jobs shows the pipelines that were started', () => {
  const bridge = {
    id: 1,
    name: 'deploy',
    status: 'failed',
    failure_reason: 'downstream_pipeline_creation_failed',
    pipeline: { id: 801, status: 'failed' },
    downstream_pipeline: { id: 9, project_id: 2, status: 'failed', ref: 'main', iid: 4 },
  };

  expect(pick([bridge], toolNamed('list_pipeline_trigger_jobs').shows ?? [])).toEqual([
    {
      id: 1,
      name: 'deploy',
      status: 'failed',
      failure_reason: 'downstream_pipeline_creation_failed',
      pipeline: 801,
      downstream_pipeline: { id: 9, project_id: 2, status: 'failed', ref: 'main' },
    },
  ]);
});
