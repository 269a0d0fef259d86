import { describe, expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { requestOf } from '../../src/tools/request.ts';
import { refusalOf } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const update = toolNamed('update_label');
const label = { project_id: 'team/app', label_id: 'bug' };

test.each([
  [7, '7'],
  ['7', '7'],
  ['priority::high', 'priority%3A%3Ahigh'],
  ['a/b c', 'a%2Fb%20c'],
])('a label is found by %j', (label_id, segment) => {
  const tool = toolNamed('get_label');
  const { path } = requestOf(tool, checkArguments(tool, { ...label, label_id }));

  expect(path).toBe(`/projects/team%2Fapp/labels/${segment}`);
});

describe('the priority of update_label', () => {
  test.each([
    [null, null],
    [-1, null],
    ['-1', null],
    [0, 0],
    ['3', 3],
  ])('%j is sent as %j', (priority, sent) => {
    const checked = checkArguments(update, { ...label, priority });

    expect(requestOf(update, checked).body).toEqual({ priority: sent });
    expect(checkArguments(update, checked)).toEqual(checked);
  });

  test('stays as it is where none is given', () => {
    expect(requestOf(update, checkArguments(update, { ...label, color: 'red' })).body).toEqual({ color: 'red' });
  });

  test.each([-2, 1.5, 'high', '', true])('refuses %j', (priority) => {
    expect(refusalOf('update_label', { ...label, priority })).toMatch(/^priority/u);
  });
});

test('update_label refuses to change nothing', () => {
  expect(refusalOf('update_label', label)).toBe('Give at least one thing to change.');
});
