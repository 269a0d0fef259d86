import { describe, expect, test } from 'vitest';
import { listingOf } from '../../src/tools/listing.ts';
import { runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const app = '/projects/team%2Fapp';

describe('merge_merge_request', () => {
  const route = `PUT ${app}/merge_requests/2/merge`;
  const merge = { project_id: 'team/app', merge_request_iid: 2, sha: 'abc' };

  test.each([true, false])('says auto_merge=%j in the words of GitLab before 17.11 too', async (auto_merge) => {
    const { asked } = await runTool('merge_merge_request', { ...merge, auto_merge }, { [route]: { iid: 2 } });
    const body = { sha: 'abc', auto_merge, merge_when_pipeline_succeeds: auto_merge };

    expect(asked.map((each) => ({ route: each.route, body: each.body }))).toEqual([{ route, body }]);
  });

  test('says neither where auto_merge is not given', async () => {
    const { asked } = await runTool('merge_merge_request', merge, { [route]: { iid: 2 } });

    expect(asked).toMatchObject([{ route, body: { sha: 'abc' } }]);
    expect(Object.keys(asked[0]?.body ?? {})).toEqual(['sha']);
  });

  test('does not list the older word', () => {
    expect(Object.keys(listingOf(toolNamed('merge_merge_request')).inputSchema.properties)).not.toContain(
      'merge_when_pipeline_succeeds',
    );
  });
});
