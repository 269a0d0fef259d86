import { expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { show } from '../../src/tools/show.ts';
import type { Args } from '../../src/tools/tool.ts';
import { runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const issue = { project_id: 'team/app', issue_iid: 1 };
const mergeRequest = { project_id: 'team/app', merge_request_iid: 2 };

test.each<[string, Args, string, string]>([
  ['list_issue_links', issue, 'GET /projects/team%2Fapp/issues/1/links', 'title'],
  ['list_draft_notes', mergeRequest, 'GET /projects/team%2Fapp/merge_requests/2/draft_notes', 'note'],
])('%s cuts the page out of the list that GitLab sends whole', async (name, which, route, field) => {
  const whole = ['a', 'b', 'c'].map((text) => ({ [field]: text }));
  const { asked, shown } = await runTool(name, { ...which, page: 2, per_page: 2 }, { [route]: whole });

  expect(asked).toMatchObject([{ route, query: {} }]);
  expect(shown).toEqual([{ [field]: 'c' }]);
});

test('a list without pages never speaks of them where it is cut', () => {
  const tool = toolNamed('get_users');
  const args = checkArguments(tool, { usernames: ['alice'] });
  const body = Array.from({ length: 20 }, (_, id) => ({ id, username: `user-${String(id)}`, name: 'x'.repeat(80) }));
  const [block] = show(tool, { body }, { args, maxBytes: 1000 });

  expect(block).toMatchObject({ text: expect.stringMatching(/"left_out":1\d,"get_rest":"ask for fewer at once"\}$/u) });
});
