import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('SECURITY.md', 'utf8');

const proofs = [...page.matchAll(/`(?<file>test\/[\w/.-]+\.ts)`: “(?<name>[^”]+)”/gu)].map(({ groups }) => ({
  file: groups?.['file'] ?? '',
  name: groups?.['name'] ?? '',
}));
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:---|who could)/u.test(line));
const sources = [...new Set([...page.matchAll(/`(?<file>(?:src|test)\/[\w/.-]+)`/gu)].map(([, file = '']) => file))];

test('every threat of SECURITY.md names the test that proves its defence', () => {
  expect(rows.length).toBeGreaterThan(25);
  expect(proofs).toHaveLength(rows.length);
});

test.each(proofs)('$file has a test “$name”', ({ file, name }) => {
  const isPresent = existsSync(file) && readFileSync(file, 'utf8').includes(name);

  expect(isPresent).toBe(true);
});

test.each(sources)('%s, which SECURITY.md names, exists', (file) => {
  expect(existsSync(file)).toBe(true);
});
