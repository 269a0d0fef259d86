import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { requestFor, requestOf } from '../../src/tools/request.ts';
import { refusalOf } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

describe('requestFor', () => {
  test('encodes each path parameter exactly once', () => {
    const { path } = requestFor('GET /projects/:project_id/repository/files/:file_path', {
      project_id: 'team/app',
      file_path: 'docs/100 %/ä.b.md',
    });

    expect(path).toBe('/projects/team%2Fapp/repository/files/docs%2F100%20%25%2F%C3%A4.b.md');
  });

  test('puts the rest into the query of a GET and into the body of a POST', () => {
    const params = { project_id: 1, title: 'x', ids: [1, 2], gone: undefined };

    expect(requestFor('GET /projects/:project_id/issues', params).query).toEqual({ title: 'x', ids: [1, 2] });
    expect(requestFor('POST /projects/:project_id/issues', params).body).toEqual({ title: 'x', ids: [1, 2] });
  });

  test.each(['', '.', '..'])('refuses %j as a path parameter', (name) => {
    expect(() => requestFor('GET /namespaces/:name', { name })).toThrow(/name must not be/u);
  });

  test('refuses a path parameter that is missing', () => {
    expect(() => requestFor('GET /namespaces/:name', {})).toThrow(/name is missing/u);
  });

  test('refuses half a surrogate pair, which no URL can hold', () => {
    expect(() => requestFor('GET /namespaces/:name', { name: '\uD800' })).toThrow(/name is not valid text/u);
  });

  test('no value leaves its segment', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        fc.pre(name !== '.' && name !== '..');
        const { path } = requestFor('GET /namespaces/:name/exists', { name });
        const [, room, value = '', end, ...more] = path.split('/');

        expect([room, decodeURIComponent(value), end, more]).toEqual(['namespaces', name, 'exists', []]);
      }),
    );
  });
});

describe.each([
  ['update_issue', { issue_iid: 1 }, 'due_date'],
  ['edit_milestone', { milestone_id: 1 }, 'start_date'],
  ['edit_milestone', { milestone_id: 1 }, 'due_date'],
])('%s of %j', (name, which, field) => {
  const args = { project_id: 'team/app', ...which };

  test.each([
    ['2026-02-28', '2026-02-28'],
    ['', ''],
    [null, ''],
  ])(`sends ${field}=%j`, (given, sent) => {
    const tool = toolNamed(name);

    expect(requestOf(tool, checkArguments(tool, { ...args, [field]: given })).body).toEqual({ [field]: sent });
  });

  test.each(['none', '2026-02-30', ' ', 7])(`refuses ${field}=%j`, (given) => {
    expect(refusalOf(name, { ...args, [field]: given })).toMatch(new RegExp(`^${field}`, 'u'));
  });
});
