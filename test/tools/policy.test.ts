import { describe, expect, test } from 'vitest';
import type { Grants } from '../../src/caller.ts';
import { assertPermitted, isOffered, projectOfPath } from '../../src/tools/policy.ts';
import { toolNamed } from '../support/tool.ts';

const everything: Grants = { readOnly: false, toolsets: ['issues', 'projects', 'pipelines'], allowedProjects: [] };

describe('read-only', () => {
  const grants = { ...everything, readOnly: true };

  test('neither offers nor permits a write', () => {
    expect(isOffered(grants, toolNamed('create_issue'))).toBe(false);
    expect(() => {
      assertPermitted(grants, toolNamed('create_issue'), 'team/app');
    }).toThrow(/read-only/u);
  });

  test('permits a read', () => {
    expect(() => {
      assertPermitted(grants, toolNamed('get_issue'), 'team/app');
    }).not.toThrow();
  });
});

test('a toolset that is off is neither offered nor permitted', () => {
  const grants = { ...everything, toolsets: ['projects'] };

  expect(isOffered(grants, toolNamed('get_issue'))).toBe(false);
  expect(() => {
    assertPermitted(grants, toolNamed('get_issue'), 'team/app');
  }).toThrow(/switched off/u);
});

describe('allowed projects', () => {
  const grants = { ...everything, allowedProjects: ['team/app', '7'] };

  test.each(['team/app', 'Team/App', '7'])('permits %s', (project) => {
    expect(() => {
      assertPermitted(grants, toolNamed('get_issue'), project);
    }).not.toThrow();
  });

  test.each(['team/lib', '77', 'team/app/x', undefined])('refuses %s', (project) => {
    expect(() => {
      assertPermitted(grants, toolNamed('get_issue'), project);
    }).toThrow(/not on this server's list/u);
  });

  test('refuses what reaches beyond single projects', () => {
    expect(() => {
      assertPermitted(grants, toolNamed('my_issues'), undefined);
    }).toThrow(/reaches beyond single projects/u);
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
