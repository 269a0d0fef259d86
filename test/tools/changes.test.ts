import { expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { refusalOf } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

test.each([
  ['update_issue', { issue_iid: 1 }],
  ['update_merge_request', { merge_request_iid: 1 }],
  ['edit_milestone', { milestone_id: 1 }],
  ['update_wiki_page', { slug: 'home' }],
])('%s refuses to change nothing', (name, which) => {
  expect(refusalOf(name, { project_id: 'team/app', ...which })).toBe('Give at least one thing to change.');
});

test.each([
  ['update_issue', { issue_iid: 1, description: '' }],
  ['update_issue', { issue_iid: 1, confidential: false }],
  ['update_issue', { issue_iid: 1, milestone_id: '0' }],
  ['update_merge_request', { merge_request_iid: 1, assignee_id: 0 }],
  ['update_merge_request', { merge_request_iid: 1, reviewer_ids: [] }],
  ['edit_milestone', { milestone_id: 1, description: '' }],
])('%s takes what empties a field: %j', (name, change) => {
  expect(() => checkArguments(toolNamed(name), { project_id: 'team/app', ...change })).not.toThrow();
});
