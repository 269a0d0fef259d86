import { describe, expect, test } from 'vitest';
import { pick, show } from '../../src/tools/show.ts';
import { toolNamed } from '../support/tool.ts';

describe('pick', () => {
  const issue = {
    iid: 7,
    title: 'x',
    author: { id: 1, username: 'alice', name: 'Alice' },
    assignees: [{ username: 'bob' }, { username: 'carol' }],
    milestone: null,
    labels: [],
    confidential: false,
  };

  test('shows a parent with one named field as that field', () => {
    expect(pick(issue, ['author.username', 'assignees.username'])).toEqual({
      author: 'alice',
      assignees: ['bob', 'carol'],
    });
  });

  test('keeps a parent with several named fields', () => {
    expect(pick(issue, ['author.username', 'author.name'])).toEqual({ author: { username: 'alice', name: 'Alice' } });
  });

  test('leaves out null, empty and absent, but keeps false', () => {
    expect(pick(issue, ['milestone.title', 'labels', 'weight', 'confidential'])).toEqual({ confidential: false });
  });

  test('shows a whole object without what is empty in it', () => {
    const mergeRequest = { diff_refs: { base_sha: null, head_sha: 'x', deep: { gone: '' } } };

    expect(pick(mergeRequest, ['diff_refs'])).toEqual({ diff_refs: { head_sha: 'x' } });
  });

  test.each([null, undefined, 'text', 7, [null], [1, 'x']])('takes whatever GitLab sends: %j', (value) => {
    expect(() => pick(value, ['a.b.c'])).not.toThrow();
  });
});

test('a list says where it stands', () => {
  const page = { page: 1, perPage: 1, nextPage: 2, total: 5, totalPages: 5 };

  expect(
    show(
      toolNamed('list_issues'),
      { body: [{ iid: 7, title: 'x', state: 'opened' }], page },
      { args: {}, maxBytes: 1000 },
    ),
  ).toEqual([
    {
      type: 'text',
      text: '{"items":[{"iid":7,"title":"x","state":"opened"}],"page":1,"per_page":1,"next_page":2,"total":5,"total_pages":5}',
    },
  ]);
});
