import { describe, expect, test } from 'vitest';
import type { GitLabRequest } from '../../src/gitlab/request.ts';
import { cachedName, isCached, touchedBy } from '../../src/tools/cached-reads.ts';

const hash = (label: string, value: string): string => `<${label}: ${value}>`;

const get = (path: string, changes: Partial<GitLabRequest> = {}): GitLabRequest => ({
  method: 'GET',
  path,
  query: {},
  accept: 'json',
  ...changes,
});

const nameOf = (path: string, changes?: Partial<GitLabRequest>): string => cachedName(hash, get(path, changes), 't');

describe('the name of a kept answer', () => {
  test('is the resource above, the resource, and the question', () => {
    expect(nameOf('/projects/1', { query: { b: 'x', a: 1, c: undefined } })).toBe(
      '<cached resource: ["t","/projects"]><cached resource: ["t","/projects/1"]>' +
        '<cached question: ["json",[["a",1],["b","x"]]]>',
    );
  });

  test('is the same in whatever order the question is put, and whatever is left out of it', () => {
    expect(nameOf('/p', { query: { a: 1, b: 2, c: undefined } })).toBe(nameOf('/p', { query: { b: 2, a: 1 } }));
  });

  test.each<[string, string]>([
    ['question', nameOf('/p', { query: { a: 1 } })],
    ['path', nameOf('/q')],
    ['form', nameOf('/p', { accept: 'text' })],
    ['token', cachedName(hash, get('/p'), 'u')],
  ])('is another for another %s', (_, other) => {
    expect(other).not.toBe(nameOf('/p'));
  });

  test.each([
    ['/projects/1', '/projects/1'],
    ['/projects/1/issues/2', '/projects/1/issues'],
    ['/projects/1/issues', '/projects/1/issues/2'],
  ])('begins as a write to %s says of %s', (written, read) => {
    const touched = touchedBy(hash, get(written), 't');
    expect(touched.filter((beginning) => nameOf(read).startsWith(beginning))).toHaveLength(1);
  });

  test('does not begin as a write elsewhere or under another token says', () => {
    const touched = [...touchedBy(hash, get('/projects/2/issues'), 't'), ...touchedBy(hash, get('/projects/1'), 'u')];
    expect(touched.filter((beginning) => nameOf('/projects/1/issues/2').startsWith(beginning))).toEqual([]);
  });
});

test.each([
  [true, { method: 'GET', accept: 'json' }],
  [false, { method: 'GET', accept: 'text' }],
  [false, { method: 'POST', accept: 'json' }],
] as const)('that an answer is kept is %s of %o', (isKept, request) => {
  expect(isCached(request)).toBe(isKept);
});
