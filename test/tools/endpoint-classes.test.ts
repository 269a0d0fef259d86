import { expect, test } from 'vitest';
import { rateLimitNames } from '../../src/config/rate-limits.ts';
import { routeOf } from '../../src/tools/facts.ts';
import { endpointClasses, endpointClassOf, wholeApi } from '../../src/tools/endpoint-classes.ts';
import { tools } from '../../src/tools/index.ts';
import type { Endpoint, Tool } from '../../src/tools/tool.ts';

/** Which class a request to an endpoint is of; its parameters stand for their values. */
function classOf(endpoint: Endpoint, query: Readonly<Record<string, string>> = {}): string | undefined {
  const { method, template } = routeOf(endpoint);
  const path = template.replaceAll(/[:*](\w+)/gu, 'a%2Fb');
  return endpointClassOf({ method, path, query })?.name;
}

const endpointsOf = ({ endpoint, or }: Tool): readonly Endpoint[] => [
  endpoint,
  ...(or === undefined ? [] : [or.endpoint]),
];

test('these tools are in a class; all others count for the token alone', () => {
  const found = [...tools.values()].flatMap((tool) =>
    endpointsOf(tool).flatMap((endpoint) => {
      const name = classOf(endpoint);
      return name === undefined ? [] : [`${tool.name}: ${name}`];
    }),
  );

  expect(found).toEqual([
    'create_issue: issues',
    'create_issue_note: notes',
    'create_issue_note: notes',
    'create_merge_request_note: notes',
    'create_merge_request_note: notes',
    'create_merge_request_thread: notes',
    'create_note: notes',
    'create_or_update_file: files',
    'create_pipeline: pipelines',
    'get_file_contents: files',
    'get_project: project',
    'list_group_projects: group_projects',
    'list_projects: projects',
    'list_projects: group_projects',
    'search_repositories: projects',
    'verify_namespace: namespace_exists',
  ]);
});

test.each<[Endpoint, string | undefined]>([
  ['GET /projects/:id/search', 'search'],
  ['GET /groups/:id/search', 'search'],
  ['GET /search', 'search'],
  ['GET /projects/:id/repository/files/:path/raw', 'files'],
  ['GET /projects/:id/packages/generic/:name/:version/:file', 'packages'],
  ['GET /groups/:id', 'group'],
  ['GET /groups', 'groups'],
  ['GET /users/:id', 'user'],
  ['GET /users', undefined],
  ['GET /user', undefined],
  ['POST /projects', undefined],
  ['DELETE /projects/:id', undefined],
  ['GET /projects/:id/pipelines', undefined],
  ['GET /projects/:id/issues/:iid', undefined],
  ['GET /projects/:id/issues/:iid/notes', undefined],
  ['POST /projects/:id/issues/:iid/links', undefined],
  ['POST /projects/:id/issues/:iid/discussions', 'notes'],
  ['POST /projects/:id/issues/:iid/discussions/:discussion/notes', 'notes'],
  ['POST /projects/:id/merge_requests/:iid/discussions', 'notes'],
  ['POST /projects/:id/merge_requests/:iid/discussions/:discussion/notes', 'notes'],
  ['PUT /projects/:id/merge_requests/:iid/discussions/:discussion/notes/:note', undefined],
])('a request to %s is of the class %s', (endpoint, name) => {
  expect(classOf(endpoint)).toBe(name);
});

test.each<[Endpoint, string, string | undefined]>([
  ['GET /issues', 'words', 'list_search'],
  ['GET /projects/:id/issues', 'words', 'list_search'],
  ['GET /projects/:id/merge_requests', 'words', 'list_search'],
  ['GET /projects/:id/issues', '', undefined],
  ['GET /projects/:id/labels', 'words', undefined],
  ['GET /projects', 'words', 'projects'],
])('a request to %s with search=%j is of the class %s', (endpoint, search, name) => {
  expect(classOf(endpoint, { search })).toBe(name);
});

test('GITLAB_RATE_LIMITS knows the names of all of them, and no other', () => {
  expect(rateLimitNames).toEqual([...Object.keys(wholeApi), ...endpointClasses.map(({ name }) => name)]);
});

test.each([...Object.entries(wholeApi), ...endpointClasses.map((each) => [each.name, each] as const)])(
  'the limit of %s has a source, and a period of minutes',
  (_, { onGitLabCom, source }) => {
    expect(source).toMatch(/^https:\/\/(?:docs\.)?gitlab\.com\//u);
    expect((onGitLabCom?.periodMs ?? 0) % 60_000).toBe(0);
    expect(onGitLabCom?.requests ?? 1).toBeGreaterThan(0);
  },
);
