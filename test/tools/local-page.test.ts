import { expect, test } from 'vitest';
import { localPage } from '../../src/tools/local-page.ts';

const body = [1, 2, 3, 4, 5];

test.each([
  [{ page: 1, per_page: 2 }, [1, 2], { page: 1, perPage: 2, nextPage: 2, total: 5, totalPages: 3 }],
  [{ page: 3, per_page: 2 }, [5], { page: 3, perPage: 2, total: 5, totalPages: 3 }],
  [{ page: 1, per_page: 5 }, body, { page: 1, perPage: 5, total: 5, totalPages: 1 }],
  [{ page: 9, per_page: 2 }, [], { page: 9, perPage: 2, total: 5, totalPages: 3 }],
])('cuts %j out of a whole list', (wanted, items, page) => {
  expect(localPage({ body }, wanted)).toEqual({ body: items, page });
});

test('keeps the word that something was filtered out', () => {
  expect(localPage({ body, isFiltered: true }, { page: 1, per_page: 5 })).toMatchObject({ isFiltered: true });
});
