import { expect, test } from 'vitest';
import { faultOfNames } from '../../src/tools/known-name.ts';

test('finds nothing wrong with names of tools', () => {
  expect(faultOfNames(['get_issue', 'list_wiki_pages'])).toBeUndefined();
  expect(faultOfNames([])).toBeUndefined();
});

test('names what is no tool, with the nearest one', () => {
  expect(faultOfNames(['get_issue', 'get_isue', 'Get_project'])).toMatch(
    /no tool of this server: "get_isue" \(did you mean get_issue\?\), "Get_project" \(did you mean get_project\?\)/u,
  );
});
