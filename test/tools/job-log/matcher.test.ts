import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/errors.ts';
import { createMatcher } from '../../../src/tools/job-log/matcher.ts';

function failureOf(pattern: string): unknown {
  try {
    createMatcher(pattern);
  } catch (error) {
    return error instanceof Failure ? { code: error.code, detail: error.detail } : error;
  }
  return undefined;
}

describe('a search pattern', () => {
  test.each([
    ['is found anywhere in the line', 'fail', 'it failed', true],
    ['minds the case', 'fail', 'FAILED', false],
    ['does not mind it after (?i)', '(?i)fail', 'FAILED', true],
    ['knows alternatives', 'ERROR|FAIL', 'FAIL x', true],
    ['knows the bounds of a line', '^a.*z$', 'abz', true],
    ['knows the bounds of a word', String.raw`\berr\b`, 'errors', false],
    ['knows classes', '[[:digit:]]{3}', 'exit 127', true],
    ['matches other alphabets', 'grün', 'alles grün', true],
  ])('%s', (_rule, pattern, line, matches) => {
    expect(createMatcher(pattern).test(line)).toBe(matches);
  });

  test.each([
    ['an open bracket', 'error(', 'search is no valid pattern: missing closing ): `error(`.'],
    ['a repetition of nothing', '*.log', 'search is no valid pattern: missing argument to repetition operator: `*`.'],
    ['a lookahead', 'a(?=b)', 'search is no valid pattern: invalid or unsupported Perl syntax: `(?=`.'],
    [
      'a back-reference',
      String.raw`(a)\1`,
      String.raw`search is no valid pattern: invalid escape sequence: ${'`'}\1${'`'}.`,
    ],
    ['an endless pattern', 'a'.repeat(1001), 'search is longer than 1000 characters'],
    ['a pattern that unfolds too far', '(a|b){500}c{999}', 'search is too large'],
  ])('with %s is refused by name', (_what, pattern, begins) => {
    const failure = failureOf(pattern);
    expect(failure).toMatchObject({ code: 'INVALID_ARGUMENTS' });
    expect(failure).toHaveProperty('detail', expect.stringContaining(begins));
  });

  test.each(['(a+)+$', '(a|a)*$', '(a*)*b', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s takes no exponential time',
    (pattern) => {
      const begun = performance.now();
      createMatcher(pattern).test(`${'a'.repeat(16_000)}!`);
      expect(performance.now() - begun).toBeLessThan(2000);
    },
  );
});
