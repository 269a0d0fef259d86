import { describe, expect, test } from 'vitest';
import type { Args, AskGitLab } from '../../src/tools/tool.ts';
import { requestFor } from '../../src/tools/request.ts';
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

describe('get_merge_request by its source branch', () => {
  const own = { source_project_id: 1, target_project_id: 1 };
  const fork = { source_project_id: 9, target_project_id: 1 };

  interface Lists {
    readonly opened: readonly Args[];
    readonly all: readonly Args[];
  }

  /** Which merge request is read, and what was asked to find it. */
  async function find({ opened, all }: Lists): Promise<{ readonly read: string; readonly states: readonly unknown[] }> {
    const states: unknown[] = [];
    let read = '';
    const ask: AskGitLab = async (endpoint, params) => {
      const { path, query } = requestFor(endpoint, params);
      if (!path.endsWith('/merge_requests')) return { body: { iid: (read = path) } };
      expect(query).toMatchObject({ source_branch: 'feature' });
      states.push(query['state']);
      return { body: query['state'] === 'opened' ? opened : all };
    };
    const args = { project_id: 'team/app', branch_name: 'feature' };
    await toolNamed('get_merge_request').run?.(ask, args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
    return { read: read.replace(`${app}/merge_requests/`, '!'), states };
  }

  test.each([
    ['the open one, though a closed one is newer', { opened: [{ iid: 5, ...own }], all: [{ iid: 6, ...own }] }, '!5'],
    [
      "its own, though a fork's is newer",
      {
        opened: [
          { iid: 7, ...fork },
          { iid: 5, ...own },
        ],
        all: [],
      },
      '!5',
    ],
    ["a fork's where there is no other", { opened: [{ iid: 7, ...fork }], all: [] }, '!7'],
    [
      'the newest where none is open',
      {
        opened: [],
        all: [
          { iid: 6, ...own },
          { iid: 4, ...own },
        ],
      },
      '!6',
    ],
  ])('is %s', async (_, lists, wanted) => {
    const { read, states } = await find(lists);

    expect(read).toBe(wanted);
    expect(states).toEqual(lists.opened.length > 0 ? ['opened'] : ['opened', undefined]);
  });

  test('is said to be missing where no list holds one', async () => {
    await expect(find({ opened: [], all: [] })).rejects.toThrow('No merge request of team/app has the source branch');
  });
});
