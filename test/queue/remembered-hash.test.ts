import { expect, test, vi } from 'vitest';
import { rememberHashes } from '../../src/queue/remembered-hash.ts';

test('a hash is made once while its value comes again, of the named labels, and of so many values', () => {
  const hash = vi.fn<(label: string, value: string) => string>((label, value) => `#${label}/${value}`);
  const remembered = rememberHashes(hash, ['caller', 'user'], 2);
  const values = ['a', 'b', 'a', 'c', 'a', 'b'];
  expect(values.map((value) => remembered('caller', value))).toEqual(values.map((value) => `#caller/${value}`));
  // b was asked for longest ago when c came.
  expect(hash.mock.calls.map(([, value]) => value)).toEqual(['a', 'b', 'c', 'b']);
  expect(remembered('user', 'a')).toBe('#user/a');
  expect([remembered('other', 'x'), remembered('other', 'x')]).toEqual(['#other/x', '#other/x']);
  expect(hash.mock.calls.filter(([label]) => label === 'other')).toHaveLength(2);
});
