import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import type { Args } from '../../src/tools/tool.ts';
import { toolNamed } from '../support/tool.ts';

const check = (name: string, args: Args): Args => checkArguments(toolNamed(name), args);

function refusal(name: string, args: Args): string {
  try {
    check(name, args);
  } catch (error) {
    if (error instanceof Failure && error.code === 'INVALID_ARGUMENTS') return error.detail;
  }
  throw new Error('the arguments were taken');
}

describe('project_id', () => {
  test.each([
    [42, '42'],
    ['42', '42'],
    ['team/app', 'team/app'],
    ['team%2Fapp', 'team/app'],
    ['team%2fsub%2fdeep.project', 'team/sub/deep.project'],
    [' team/app ', 'team/app'],
  ])('takes %j as %j', (given, project_id) => {
    expect(check('get_project', { project_id: given })).toEqual({ project_id });
  });

  test.each([
    '',
    'app',
    '../app',
    'team/..',
    'team/../x',
    'team//app',
    '/team/app',
    'team/app/',
    '1e3',
    'a b/c',
    'team/app?x=1',
    'team%252Fapp',
  ])('refuses %j and says how to name a project', (project_id) => {
    expect(refusal('get_project', { project_id })).toMatch(/project id \(42\) or its full path/u);
  });
});

describe('a hostile argument', () => {
  // Where a pattern tries every split of the name, these take minutes, in which nobody else is served.
  test.each([
    ['get_project', { project_id: `${'A'.repeat(1_000_000)}!` }],
    ['get_project', { project_id: `${'0'.repeat(1_000_000)}x` }],
    ['get_project', { project_id: `a/${'-.'.repeat(500_000)}` }],
    ['list_group_projects', { group_id: `${'A/'.repeat(500_000)}!` }],
    // Where a pattern remembers each part of the name, these overflow its stack.
    ['get_project', { project_id: `${'a/'.repeat(4_000_000)}a` }],
    ['list_group_projects', { group_id: `${'a/'.repeat(4_000_000)}a` }],
  ])('of %s takes one pass', (tool, args) => {
    const begun = performance.now();
    expect(refusal(tool, args)).toMatch(/full path/u);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test('of many faults is answered with the first of them', () => {
    const unknown: Args = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`unknown_${String(index)}`, 1]),
    );
    const many = refusal('get_issue', { project_id: 'a/b', issue_iid: 1, ...unknown });
    const assignees = Array.from({ length: 20_000 }, () => 'x');
    const wrong = refusal('create_issue', { project_id: 'a/b', title: 'x', assignee_ids: assignees });
    expect(many).toContain('"unknown_0"');
    expect(wrong).toContain('assignee_ids.0');
    expect(many.length + wrong.length).toBeLessThan(5000);
  });
});

test('numbers may come as text', () => {
  expect(check('get_issue', { project_id: 'a/b', issue_iid: '7' })).toEqual({ project_id: 'a/b', issue_iid: 7 });
});

test.each([0, -1, 1.5, '1e3', 'seven', null])('refuses %j as a number', (issue_iid) => {
  expect(refusal('get_issue', { project_id: 'a/b', issue_iid })).toMatch(/^issue_iid/u);
});

test.each([
  [['bug', 'ui'], 'bug,ui'],
  ['bug,ui', 'bug,ui'],
])('labels take %j', (labels, sent) => {
  expect(check('create_issue', { project_id: 'a/b', title: 'x', labels })).toMatchObject({ labels: sent });
});

test('fills in the page', () => {
  expect(check('list_issues', { project_id: 'a/b' })).toMatchObject({ page: 1, per_page: 20 });
});

test('refuses more than 100 a page', () => {
  expect(refusal('list_issues', { project_id: 'a/b', per_page: 101 })).toMatch(/^per_page/u);
});

test('names every fault at once', () => {
  expect(refusal('create_issue', { labels: 7 })).toMatch(/project_id is required\..*title is required\..*labels/u);
});

test('names the nearest argument to an unknown one', () => {
  expect(refusal('get_issue', { project_id: 'a/b', issue_id: 7 })).toMatch(/"issue_id"; did you mean issue_iid\?/u);
});

test.each(['../etc/passwd', 'a/../b', 'a//b', '/a', 'a\nb', 'a\0b', '.', 'a/./b'])(
  'refuses the file path %j',
  (file_path) => {
    expect(refusal('get_file_contents', { project_id: 'a/b', file_path })).toMatch(/^file_path/u);
  },
);

test('a rule over several arguments refuses in words', () => {
  expect(refusal('get_merge_request', { project_id: 'a/b' })).toBe('Give merge_request_iid or branch_name.');
  expect(refusal('update_issue', { project_id: 'a/b', issue_iid: 1 })).toBe('Give at least one thing to change.');
});

describe('what GitLab takes is taken', () => {
  const a = { project_id: 'a/b' };
  const image = { position_type: 'image', new_path: 'a.png', x: 0, y: 0, width: 9, height: 9 };

  test.each([
    ['list_pipeline_jobs', { ...a, pipeline_id: 1, scope: ['scheduled', 'preparing', 'canceling'] }],
    ['list_pipeline_trigger_jobs', { ...a, pipeline_id: 1, scope: ['waiting_for_resource', 'waiting_for_callback'] }],
    ['list_pipelines', { ...a, status: 'canceling' }],
    ['list_pipelines', { ...a, status: 'waiting_for_callback' }],
    ['list_merge_requests', { ...a, state: 'locked' }],
    ['list_events', { target_type: 'wiki' }],
    ['get_project_events', { ...a, target_type: 'design' }],
    ['create_merge_request_thread', { ...a, merge_request_iid: 1, body: 'x', position: image }],
    ['create_pipeline', { ...a, ref: 'main', variables: [{ key: 'A', value: 'b', variable_type: 'file' }] }],
    ['update_merge_request', { ...a, merge_request_iid: 1, reviewer_ids: [0] }],
    ['update_issue', { ...a, issue_iid: 1, assignee_ids: [0] }],
  ])('%s %j', (name, args) => {
    expect(check(name, args)).toMatchObject(args);
  });

  test.each([
    ['', undefined],
    ['/', undefined],
    ['.', undefined],
    ['src/', 'src'],
    ['/src/lib', 'src/lib'],
    ['./src', 'src'],
    ['.github', '.github'],
  ])('the path %j of a tree as %j', (path, sent) => {
    expect(check('get_repository_tree', { ...a, path })['path']).toBe(sent);
    expect(check('list_commits', { ...a, path })['path']).toBe(sent);
  });

  test.each(['..', '/..', '../src', 'src//lib', '///', 7, null])('but not the path %j of a tree', (path) => {
    expect(refusal('get_repository_tree', { ...a, path })).toMatch(/^path/u);
  });

  // GitLab takes a type for the variables of a pipeline only, and would drop it here.
  test('but not the type of a job variable', () => {
    const job_variables = [{ key: 'A', value: 'b', variable_type: 'file' }];

    expect(refusal('play_pipeline_job', { ...a, job_id: 1, job_variables })).toMatch(/variable_type/u);
  });
});
