import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGlob } from '../../src/tools/glob.ts';

describe('createGlob', () => {
  test.each([
    ['*.ts', 'a.ts'],
    ['*.ts', 'src/deep/a.ts'],
    ['*.{ts,tsx}', 'src/a.tsx'],
    ['src', 'src/a.ts'],
    ['src/', 'src/deep/a.ts'],
    ['/src', 'src/a.ts'],
    ['node_modules/', 'web/node_modules/x/index.js'],
    ['src/*.ts', 'src/a.ts'],
    ['src/**', 'src/deep/a.ts'],
    ['src/**/a.ts', 'src/a.ts'],
    ['src/**/a.ts', 'src/very/deep/a.ts'],
    ['**/test/*.ts', 'a/test/b.ts'],
    ['a?.ts', 'ab.ts'],
    ['a+b (1).ts', 'a+b (1).ts'],
    ['{a', '{a'],
    ['**', 'anything/at/all'],
    ['docs/{de,en}/*.md', 'docs/en/a.md'],
    ['*', 'with\nnewline'],
    ['./src', 'src/a.ts'],
    ['./*.ts', 'a.ts'],
    ['[ab].ts', 'src/a.ts'],
    ['[a-c]?.ts', 'bx.ts'],
    ['[!a].ts', 'b.ts'],
    ['[^a].ts', 'b.ts'],
    ['{[ab],x}.ts', 'b.ts'],
    ['app/[id]/page.tsx', 'app/[id]/page.tsx'],
    ['[...slug].ts', 'pages/[...slug].ts'],
    ['[z-a].ts', 'z.ts'],
    ['[\u{1F600}-\uFFFF].ts', '\u{1F600}.ts'],
    ['[.ts', '[.ts'],
    ['[].ts', '[].ts'],
  ])('%j fits %j', (glob, path) => {
    expect(createGlob(glob)(path)).toBe(true);
  });

  test.each([
    ['*.ts', 'a.tsx'],
    ['src/*.ts', 'src/deep/a.ts'],
    ['src/*.ts', 'lib/src/a.ts'],
    ['/src', 'lib/src/a.ts'],
    ['src', 'src2/a.ts'],
    ['a?.ts', 'a/.ts'],
    ['a.ts', 'axts'],
    ['*.{ts,tsx}', 'a.js'],
    ['', 'a'],
    ['./src', 'lib/src/a.ts'],
    ['[ab].ts', 'c.ts'],
    ['[ab].ts', 'ab.ts'],
    ['[!a].ts', 'a.ts'],
    ['x[!a]y', 'x/y'],
    ['[a-c].ts', 'd.ts'],
  ])('%j does not fit %j', (glob, path) => {
    expect(createGlob(glob)(path)).toBe(false);
  });

  test('takes any text for a glob', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (glob) => {
        expect(() => createGlob(glob)('src/a.ts')).not.toThrow();
      }),
    );
  });

  test('takes no long time for stars without end', () => {
    const begun = performance.now();
    createGlob('*a'.repeat(100))('a'.repeat(4000));

    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
