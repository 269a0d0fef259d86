import { describe, expect, test } from 'vitest';
import { sift } from '../../src/tools/sift.ts';

const isAllowed = (project: string): boolean => project === '1';
const page = { page: 1, perPage: 20, nextPage: 2, total: 40, totalPages: 2 };

describe('a list of projects', () => {
  const body = [{ id: 1 }, { id: 2 }, { name: 'none' }, { id: 1, forked_from_project: { id: 2 } }];
  const sifted = sift({ body, page }, { reach: 'projects', isAllowed });

  test('holds the allowed ones, without what they were forked from', () => {
    expect(sifted.body).toEqual([{ id: 1 }, { id: 1 }]);
  });

  test('says so, and tells no totals', () => {
    expect(sifted).toMatchObject({ isFiltered: true, page: { page: 1, perPage: 20, nextPage: 2 } });
    expect(sifted.page).not.toHaveProperty('total');
    expect(sifted.page).not.toHaveProperty('totalPages');
  });

  test('says so also where nothing had to go', () => {
    expect(sift({ body: [{ id: 1 }] }, { reach: 'projects', isAllowed }).isFiltered).toBe(true);
  });
});

test('a list of things holds those of allowed projects, and none that names no project', () => {
  const body = [{ id: 9, project_id: 1 }, { id: 8, project_id: 2 }, { id: 7 }, { id: 6, project_id: null }, 'text'];

  expect(sift({ body }, { reach: 'items', isAllowed }).body).toEqual([{ id: 9, project_id: 1 }]);
});

describe('an answer of one project', () => {
  test('loses what belongs to others, however deep', () => {
    const body = {
      id: 5,
      project_id: 1,
      source_issue: { project_id: 1, iid: 1 },
      target_issue: { project_id: 2, title: 'Secret' },
      bridges: [{ downstream_pipeline: { project_id: 2 } }, { downstream_pipeline: { project_id: 1 } }],
    };

    expect(sift({ body }, { reach: 'project', isAllowed }).body).toEqual({
      id: 5,
      project_id: 1,
      source_issue: { project_id: 1, iid: 1 },
      bridges: [{}, { downstream_pipeline: { project_id: 1 } }],
    });
  });

  test('loses all where it belongs to another', () => {
    expect(sift({ body: { project_id: 2, title: 'Secret' } }, { reach: 'project', isAllowed }).body).toBeUndefined();
  });

  test.each([[{ id: 2, project_id: 1 }], [[{ id: 2 }]], [undefined], ['text'], [Buffer.from('{"project_id":2}')]])(
    'stays as it is where nothing in it does: %j',
    (body) => {
      const reply = { body, page };

      expect(sift(reply, { reach: 'project', isAllowed })).toBe(reply);
    },
  );
});
