import { expect, test } from 'vitest';
import { show } from '../../src/tools/show.ts';
import { refusalOf, runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

test('get_milestone_burndown_events cuts the page out of the list that GitLab sends whole', async () => {
  const route = 'GET /projects/team%2Fapp/milestones/301/burndown_events';
  const events = [1, 2, 3].map((weight) => ({ created_at: '2026-01-05', weight, action: 'add' }));
  const args = { project_id: 'team/app', milestone_id: 301, page: 2, per_page: 2 };
  const { asked, shown } = await runTool('get_milestone_burndown_events', args, { [route]: events });

  expect(asked).toMatchObject([{ route, query: {} }]);
  expect(shown).toEqual([{ created_at: '2026-01-05', weight: 3, action: 'add' }]);
});

test.each([200, undefined, null, ''])('promote_milestone says that it is done where GitLab says %j', (body) => {
  expect(show(toolNamed('promote_milestone'), { body }, { args: {}, maxBytes: 1000 })).toEqual([
    { type: 'text', text: '{"done":true}' },
  ]);
});

test.each(['2026-13-01', '2026-1-5', 'tomorrow', '2026-01-05T00:00:00Z'])('a milestone is not due %s', (due_date) => {
  expect(refusalOf('create_milestone', { project_id: 'a/b', title: 'v1', due_date })).toMatch(/^due_date/u);
});
