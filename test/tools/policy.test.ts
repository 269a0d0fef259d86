import { describe, expect, test } from 'vitest';
import type { Grants } from '../../src/caller.ts';
import { assertPermitted, isOffered } from '../../src/tools/policy.ts';
import { hasCommand, standIns, standInsOf } from '../../src/tools/quick-actions.ts';
import { askedBy, askedIn, projectOfPath, reachOf, withNumbers } from '../../src/tools/reach.ts';
import type { Asked } from '../../src/tools/reach.ts';
import { requestFor } from '../../src/tools/request.ts';
import type { Args } from '../../src/tools/tool.ts';
import { toolNamed } from '../support/tool.ts';

const everything: Grants = {
  readOnly: false,
  toolsets: ['issues', 'projects', 'pipelines', 'milestones', 'users_events'],
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};

const ownProject: Args = { project_id: 'team/app' };

/** Why a call is refused; undefined where it is permitted. */
function refusalBy(grants: Grants, name: string, rule: Asked): string | undefined {
  try {
    assertPermitted(grants, toolNamed(name), rule);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const refusal = (grants: Grants, name: string, args = ownProject): string | undefined =>
  refusalBy(grants, name, askedIn(args));

describe.each<[string, Partial<Grants>, string, string, RegExp]>([
  ['read-only', { readOnly: true }, 'create_issue', 'get_issue', /read-only/u],
  ['a toolset that is off', { toolsets: ['projects'] }, 'get_issue', 'get_project', /switched off/u],
  ['a denied tool', { deniedTools: ['get_issue'] }, 'get_issue', 'create_issue', /switched off/u],
  ['the only tools', { allowedTools: ['create_issue'] }, 'get_issue', 'create_issue', /switched off/u],
  ['no destructive calls', { destructive: false }, 'delete_issue', 'create_issue', /destructive/u],
  ['an allow-list', { allowedProjects: [['team/app']] }, 'fork_repository', 'get_issue', /reaches beyond/u],
  ['an allow-list', { allowedProjects: [['team/app']] }, 'promote_milestone', 'my_issues', /reaches beyond/u],
])('%s', (_name, part, refused, permitted, why) => {
  const grants = { ...everything, ...part };

  test(`neither offers nor permits ${refused}`, () => {
    expect(isOffered(grants, toolNamed(refused))).toBe(false);
    expect(refusal(grants, refused)).toMatch(why);
  });

  test(`offers and permits ${permitted}`, () => {
    expect(isOffered(grants, toolNamed(permitted))).toBe(true);
    expect(refusal(grants, permitted)).toBeUndefined();
  });
});

test('a tool that is both allowed and denied is denied', () => {
  expect(
    refusal({ ...everything, allowedTools: ['get_issue'], deniedTools: ['get_issue'] }, 'get_issue'),
  ).toBeDefined();
});

test('read-only stops a write of a tool that says it only reads', () => {
  const asked = askedBy(requestFor('DELETE /projects/:project_id', { project_id: '1' }));

  expect(() => {
    assertPermitted({ ...everything, readOnly: true }, toolNamed('get_project'), asked);
  }).toThrow(/read-only/u);
});

describe('before GitLab has told the numbers, an allow-list', () => {
  const grants = { ...everything, allowedProjects: [['7', '8']] };

  test.each(['7', '007', 'team/app'])('permits %s, which can be on it', (project) => {
    expect(refusal(grants, 'get_issue', { project_id: project })).toBeUndefined();
  });

  test.each(['77', '0'])('refuses %s, which cannot', (project) => {
    expect(refusal(grants, 'get_issue', { project_id: project })).toMatch(/not on this server's list/u);
  });

  test('refuses a number that a further list cannot hold', () => {
    expect(
      refusal({ ...grants, allowedProjects: [['7', '8'], ['8']] }, 'get_issue', { project_id: '7' }),
    ).toBeDefined();
  });

  test('looks at every argument that names a project', () => {
    const args = { project_id: '7', issue_iid: 1, target_project_id: '9', target_issue_iid: 1 };

    expect(refusal(grants, 'create_issue_link', args)).toMatch(/Project "9"/u);
  });
});

describe('once the numbers are known, an allow-list', () => {
  const grants = { ...everything, allowedProjects: [['team/app']] };
  const numbers = new Set(['7']);
  const permit = (name: string, projects: readonly string[]) => () => {
    assertPermitted(grants, toolNamed(name), { projects, texts: [], writes: false, climbs: false, numbers });
  };

  test('permits its numbers', () => {
    expect(permit('get_issue', ['7'])).not.toThrow();
  });

  test.each(['8', 'team/app'])('refuses %s', (project) => {
    expect(permit('get_issue', [project])).toThrow(/not on this server's list/u);
  });

  test('refuses a request of a project tool that names no project', () => {
    expect(permit('get_issue', [])).toThrow(/names no project/u);
  });
});

describe('a path whose parts climb', () => {
  const endpoint = 'GET /projects/:project_id/repository/commits/:sha';
  const asked = (sha: string): string | undefined => {
    const grants = { ...everything, toolsets: ['branches_commits'], allowedProjects: [['7']] };
    const rule = askedBy(requestFor(endpoint, { project_id: '7', sha }));
    return refusalBy(grants, 'get_commit', rule);
  };

  test.each(['../../8/repository', 'a/..', '..\\8', 'a/../../b', 'a\\..', '..%2f8', 'a/%2E%2e'])(
    'is refused under an allow-list: %j',
    (sha) => {
      expect(asked(sha)).toMatch(/"\.\."/u);
    },
  );

  test.each(['v1..v2', 'a/..b', 'a../b', '...', 'a/.../b', '%2e'])('is not one with %j', (sha) => {
    expect(asked(sha)).toBeUndefined();
  });

  test('is GitLab’s own matter without one', () => {
    const asking = askedBy(requestFor(endpoint, { project_id: '7', sha: '../../8' }));

    expect(refusalBy({ ...everything, toolsets: ['branches_commits'] }, 'get_commit', asking)).toBeUndefined();
  });
});

describe('quick actions under an allow-list', () => {
  const grants = { ...everything, allowedProjects: [['7']] };
  const said = (body: string): string | undefined => refusal(grants, 'create_issue_note', { project_id: '7', body });

  test.each([
    '/move team/lib',
    'Thank you.\n/move team/lib',
    'Thank you.\r\n  /MOVE team/lib\r\n',
    '/clone team/lib --with_notes',
    '/relate team/lib#1',
    '/relate #1 lib#2',
    '/duplicate https://gitlab.example.com/team/lib/-/issues/1',
    '/promote',
    // GitLab takes carriage returns away before it looks, and ends a line at a line feed only.
    '/mo\rve team/lib',
    'x\n\r/clo\rne team/lib',
    '/relate #7\r team/lib#1',
    '/relate #7\u2028team/lib#1',
    '/relate #7\u2029team/lib#1',
    '/relate #7\u0085team/lib#1',
    // Ruby and JavaScript both take the sign of Kelvin for a k.
    '/unlin\u212A team/lib#1',
    '/relate',
    '/relate 1',
    '/relate ##1',
  ])('refuse %j', (body) => {
    expect(said(body)).toMatch(/quick action \//u);
  });

  test.each([
    '/close',
    '/relate #1, #2',
    '/relate #1\r\n',
    '/relate #1!2',
    '/label ~bug',
    'see /move team/lib',
    'see\r/move team/lib',
    'see\u2028/move team/lib',
    '/moved team/lib',
    'a/move b',
  ])('let %j pass', (body) => {
    expect(said(body)).toBeUndefined();
  });

  test('are told from a text however long it is', () => {
    const many = '#1 '.repeat(3_000_000);

    expect(said(`/relate ${many}`)).toBeUndefined();
    expect(said(`/relate ${many} lib#2`)).toMatch(/quick action \/relate/u);
  });

  test('are no matter without an allow-list', () => {
    expect(refusal(everything, 'create_issue_note', { project_id: '7', body: '/move team/lib' })).toBeUndefined();
  });
});

describe('a quick action that stands for a tool', () => {
  const note = { project_id: '7', merge_request_iid: 1 };
  const grants = { ...everything, toolsets: [...everything.toolsets, 'merge_requests'] };
  const said = (part: Partial<Grants>, body: string): string | undefined =>
    refusal({ ...grants, ...part }, 'create_merge_request_note', { ...note, body });
  const withoutPipelines = { toolsets: ['merge_requests'] };

  test.each<[string, Partial<Grants>, string, RegExp]>([
    ['that is denied', { deniedTools: ['merge_merge_request'] }, '/merge', /\/merge: merge_merge_request is switched/u],
    [
      'that is not among the allowed',
      { allowedTools: ['create_merge_request_note'] },
      '/run_pipeline',
      /create_pipeline/u,
    ],
    ['of a toolset that is off', withoutPipelines, 'x\n/RUN_pipe\rline', /\/run_pipeline: The toolset pipelines/u],
    ['that is destructive', { destructive: false }, '/ship', /\/ship: merge_merge_request is destructive/u],
    ['in part', { deniedTools: ['create_pipeline'] }, '/ship', /create_pipeline is switched off/u],
    ['that removes', { destructive: false }, '/unlink #1', /delete_issue_link is destructive/u],
  ])('%s is refused', (_, part, body, why) => {
    expect(said(part, body)).toMatch(why);
  });

  test.each(['/merge', '/ship', '/run_pipeline', '/unlink #1'])('%s passes where its tool does', (body) => {
    expect(said({}, body)).toBeUndefined();
  });

  test.each(['see /merge', '/merged', '/label ~merge'])('is not %s', (body) => {
    expect(said({ deniedTools: ['merge_merge_request'] }, body)).toBeUndefined();
  });

  test('names a tool that there is', () => {
    const text = standIns.map(([command]) => `/${command} #1`).join('\n');

    expect(standInsOf([text]).map(({ tool }) => toolNamed(tool).name)).toEqual(standIns.map(([, tool]) => tool));
  });
});

test.each([
  ['/close', true],
  ['x\n/clo\rse', true],
  ['\r/close', true],
  ['see /close', false],
  ['see\r/close', false],
])('whether GitLab may obey %j: %s', (text, may) => {
  expect(hasCommand(text)).toBe(may);
});

describe('the reach of a tool', () => {
  test.each([
    ['get_issue', 'project'],
    ['list_projects', 'projects'],
    ['my_issues', 'items'],
    ['get_users', 'people'],
    ['create_repository', 'beyond'],
  ] as const)('of %s is %s', (name, reach) => {
    expect(toolNamed(name).reach).toBe(reach);
  });

  test.each(['GET /issues', 'GET /projects/:id', 'GET /projects/:project_idx', 'GET /groups/:id/projects'] as const)(
    'must be said for %s',
    (endpoint) => {
      expect(() => reachOf({ name: 'a_tool', endpoint })).toThrow(/must say its reach/u);
    },
  );

  test('must be said where only the first route names a project', () => {
    const endpoints = { endpoint: 'GET /projects/:project_id', or: { when: 'x', endpoint: 'GET /issues' } } as const;

    expect(() => reachOf({ name: 'a_tool', ...endpoints })).toThrow(/must say its reach/u);
  });
});

test.each([
  ['/projects/team%2Fapp/issues/7', 'team/app'],
  ['/projects/42', '42'],
  ['/projects', undefined],
  ['/groups/team/projects', undefined],
])('reads the project of %s', (path, project) => {
  expect(projectOfPath(path)).toBe(project);
});

const numberOf = (project: string): string => ({ 'team/app': '1', 'team/lib': '2' })[project] ?? project;

test('puts the number of each project into path, query and body', () => {
  const endpoint = 'POST /projects/:project_id/issues/:issue_iid/links';
  const args = { project_id: 'team/app', issue_iid: 1, target_project_id: 'team/lib', target_issue_iid: 2 };
  const { path, body } = withNumbers(requestFor(endpoint, args), numberOf);

  expect(path).toBe('/projects/1/issues/1/links');
  expect(body).toEqual({ target_project_id: '2', target_issue_iid: 2 });
});
