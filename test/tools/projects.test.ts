import { describe, expect, test } from 'vitest';
import { pick } from '../../src/tools/show.ts';
import { runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

describe('search_repositories', () => {
  const found = [{ id: 1, path_with_namespace: 'team/app', runners_token: 'GR1348941' }];

  test('searches everywhere without a namespace', async () => {
    const { asked, shown } = await runTool('search_repositories', { query: 'app' }, { 'GET /projects': found });

    expect(asked.map(({ route, query }) => ({ route, query }))).toEqual([
      { route: 'GET /projects', query: { search: 'app', page: 1, per_page: 20 } },
    ]);
    expect(shown).toEqual([{ id: 1, path_with_namespace: 'team/app' }]);
  });

  test('lets a query with a slash match whole paths', async () => {
    const { asked } = await runTool('search_repositories', { query: 'team/app' }, { 'GET /projects': found });

    expect(asked[0]?.query).toMatchObject({ search: 'team/app', search_namespaces: true });
  });

  test('searches a namespace with all that is below it', async () => {
    const args = { query: 'app', namespace: 'team%2Fsub', page: '2', per_page: 5 };
    const { asked } = await runTool('search_repositories', args, { 'GET /groups/team%2Fsub/projects': found });

    expect(asked.map(({ query }) => query)).toEqual([{ search: 'app', include_subgroups: true, page: 2, per_page: 5 }]);
  });
});

describe('create_repository', () => {
  const made = {
    'POST /projects': { id: 9, path_with_namespace: 'team/sub/x', namespace: { id: 42, full_path: 'team/sub' } },
  };

  test('sends no namespace where none is given', async () => {
    const { asked } = await runTool('create_repository', { name: 'x', visibility: 'private' }, made);

    expect(asked.map(({ route, body }) => ({ route, body }))).toEqual([
      { route: 'POST /projects', body: { name: 'x', visibility: 'private' } },
    ]);
  });

  test.each([42, '42'])('sends the namespace %j as a number, without asking for it', async (namespace_id) => {
    const { asked } = await runTool('create_repository', { name: 'x', namespace_id }, made);

    expect(asked.map(({ body }) => body)).toEqual([{ name: 'x', namespace_id: 42 }]);
  });

  test.each(['team/sub', 'team%2Fsub'])('finds the number of the namespace %j', async (namespace_id) => {
    const answers = { ...made, 'GET /namespaces/team%2Fsub': { id: 42 } };
    const { asked, shown } = await runTool('create_repository', { name: 'x', namespace_id }, answers);

    expect(asked.map(({ route }) => route)).toEqual(['GET /namespaces/team%2Fsub', 'POST /projects']);
    expect(asked[1]?.body).toEqual({ name: 'x', namespace_id: 42 });
    expect(shown).toMatchObject({ id: 9, namespace: { id: 42, full_path: 'team/sub' } });
  });

  test('makes nothing where the namespace is not there', async () => {
    await expect(runTool('create_repository', { name: 'x', namespace_id: 'nowhere' }, made)).rejects.toMatchObject({
      code: 'GITLAB_NOT_FOUND',
      detail: '404 Not Found: GET /namespaces/nowhere',
    });
  });
});

test.each([
  [undefined, 'GET /projects/team%2Fapp/members'],
  [false, 'GET /projects/team%2Fapp/members'],
  ['true', 'GET /projects/team%2Fapp/members/all'],
])('list_project_members with include_inherited %j asks %s', async (include_inherited, route) => {
  const args = { project_id: 'team/app', query: 'ali', include_inherited };
  const { asked } = await runTool('list_project_members', args, { [route]: [] });

  expect(asked.map(({ query }) => query)).toEqual([{ query: 'ali', page: 1, per_page: 20 }]);
});

test.each([
  'get_project',
  'list_projects',
  'search_repositories',
  'list_group_projects',
  'create_repository',
  'fork_repository',
])('%s shows no secret of a project', (name) => {
  const secrets = {
    runners_token: 'GR1348941',
    import_url: 'https://user:pass@host/x.git',
    ci_job_token: 'secret',
    service_desk_address: 'secret',
  };

  expect(pick({ id: 1, ...secrets }, toolNamed(name).shows ?? [])).toEqual({ id: 1 });
});
