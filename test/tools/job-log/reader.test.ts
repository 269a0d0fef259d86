import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { createLogReader } from '../../../src/tools/job-log/reader.ts';
import type { LogView } from '../../../src/tools/job-log/view.ts';
import { logFile, readLog } from './read-log.ts';

function numbered(count: number, text = 'line'): string {
  return Array.from({ length: count }, (_, index) => `${text} ${String(index + 1)}\n`).join('');
}

const longLine = z.object({ text: z.string(), cut_before: z.number().optional(), cut: z.number().optional() });
const found = z.object({ lines: z.tuple([longLine]) });

const fruits = 'apple\nbanana\ncherry\ndate\nelder\nfig\ngrape\n';

describe('without filters', () => {
  test('a short log is shown whole, with line numbers and without further words', () => {
    expect(readLog('one\ntwo\n')).toBe('1: one\n2: two');
  });

  test('numbers are aligned', () => {
    expect(readLog(numbered(10))).toMatch(/^ 1: line 1\n.*\n10: line 10$/su);
  });

  test('of a long log the last lines are shown, and how many were left out', () => {
    const answer = String(readLog(numbered(10_000), { maxBytes: 3000 }));
    const [mark = '', first = ''] = answer.split('\n');
    const firstNumber = Number(/^ *(\d+): /u.exec(first)?.[1]);
    expect(mark).toContain(`${String(firstNumber - 1)} of 10000 lines are left out, the last are shown.`);
    expect(mark).toContain('"head"');
    expect(mark).toContain('"search"');
    expect(answer.endsWith('\n10000: line 10000')).toBe(true);
    expect(answer.length).toBeGreaterThan(2000);
  });

  test('an empty log is called empty', () => {
    expect(readLog('')).toBe('[The log is empty.]');
    expect(readLog('', { format: 'json' })).toStrictEqual({ lines: [], total_lines: 0, note: 'The log is empty.' });
  });

  test('lines that are alike follow each other', () => {
    expect(readLog('same\nsame\nsame\n')).toBe('1: same\n2: same\n3: same');
  });

  test('a line of 30 MB is cut, with a mark', () => {
    expect(readLog(`before\n${'x'.repeat(30_000_000)}\nafter\n`)).toBe(
      `1: before\n2: ${'x'.repeat(6000)} [... 29994000 more characters of this line]\n3: after`,
    );
  });
});

describe('head and tail', () => {
  test.each<[string, Partial<LogView>, readonly string[]]>([
    ['head gives the first lines', { head: 2 }, ['1: apple', '2: banana']],
    ['tail gives the last lines', { tail: 2 }, ['6: fig', '7: grape']],
    ['both give both', { head: 1, tail: 1 }, ['1: apple', '[... 5 left out ...]', '7: grape']],
    [
      'head may be more than there is',
      { head: 9, tail: 9 },
      fruits
        .trim()
        .split('\n')
        .map((text, index) => `${String(index + 1)}: ${text}`),
    ],
    [
      'nothing is doubled where both meet',
      { head: 4, tail: 3 },
      fruits
        .trim()
        .split('\n')
        .map((text, index) => `${String(index + 1)}: ${text}`),
    ],
    ['none is none', { head: 0 }, []],
  ])('%s', (_rule, view, lines) => {
    const shown = String(readLog(fruits, view))
      .split('\n')
      .filter((line) => !line.startsWith('[') || line.startsWith('[...'));
    expect(shown).toStrictEqual(lines);
  });

  test('the mark says that lines are missing', () => {
    expect(readLog(fruits, { head: 2 })).toContain('[5 of 7 lines are left out, the first are shown.');
    expect(readLog(fruits, { head: 1, tail: 1 })).toContain(
      '[5 of 7 lines are left out, the first and the last are shown.',
    );
  });

  test('they share the budget', () => {
    const answer = String(readLog(numbered(10_000), { head: 5000, tail: 5000, maxBytes: 4000 }));
    expect(answer).toMatch(/\n {4}1: line 1\n/u);
    expect(answer).toMatch(/\n\[\.\.\. \d+ left out \.\.\.\]\n/u);
    expect(answer.endsWith('10000: line 10000')).toBe(true);
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(4000);
  });
});

describe('search', () => {
  test.each<[string, Partial<LogView>, readonly string[]]>([
    ['shows the lines that match', { search: 'a.*e' }, ['1: apple', '4: date', '7: grape']],
    ['shows the others when inverted', { search: 'a', invert_match: true }, ['3: cherry', '5: elder', '6: fig']],
    ['shows lines around the matches', { search: 'cherry', context_lines: 1 }, ['2- banana', '3: cherry', '4- date']],
    [
      'joins neighbours',
      { search: 'banana|date', context_lines: 1 },
      ['1- apple', '2: banana', '3- cherry', '4: date', '5- elder'],
    ],
    [
      'parts what is not adjacent',
      { search: 'apple|fig', context_lines: 1 },
      ['1: apple', '2- banana', '--', '5- elder', '6: fig', '7- grape'],
    ],
    ['takes the first matches with head', { search: 'e', head: 2 }, ['1: apple', '3: cherry']],
    ['takes the last matches with tail', { search: 'e', tail: 2 }, ['5: elder', '7: grape']],
    ['takes both with both', { search: 'e', head: 1, tail: 1 }, ['1: apple', '[... 3 left out ...]', '7: grape']],
    ['keeps the context of the first matches', { search: 'e', head: 1, context_lines: 1 }, ['1: apple', '2- banana']],
    [
      'keeps the context of the last matches',
      { search: 'banana|fig', tail: 1, context_lines: 2 },
      ['4- date', '5- elder', '6: fig', '7- grape'],
    ],
    [
      'inverts with context and head',
      { search: 'a', invert_match: true, head: 1, context_lines: 1 },
      ['2- banana', '3: cherry', '4- date'],
    ],
    ['finds nothing where nothing is', { search: 'zzz' }, []],
  ])('%s', (_rule, view, lines) => {
    const shown = String(readLog(fruits, view))
      .split('\n')
      .filter((line) => !line.startsWith('[') || line.startsWith('[...'));
    expect(shown).toStrictEqual(lines);
  });

  test('says how many lines match', () => {
    expect(readLog(fruits, { search: 'zzz' })).toBe('[0 of 7 lines match.]');
    expect(readLog(fruits, { search: 'a', invert_match: true })).toContain('[3 of 7 lines do not match.]');
  });

  test('keeps the last matches when not all fit, and counts them all', () => {
    const answer = String(readLog(numbered(20_000, 'error'), { search: 'error .*0$', maxBytes: 3000 }));
    expect(answer).toMatch(/^\[2000 of 20000 lines match\. 1\d{3} of 2000 matches are left out, the last are shown\./u);
    expect(answer.endsWith('20000: error 20000')).toBe(true);
    expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(3000);
  });

  test('sees clean lines', () => {
    expect(readLog(logFile('timestamps'), { search: '^ERROR: Job failed' })).toContain(
      '20: ERROR: Job failed: exit code 1',
    );
  });

  test.each([
    ['in the middle', 'x'.repeat(10_000), 'y'.repeat(5000)],
    ['at the end', 'x'.repeat(10_000), ''],
    ['at the edge of what is shown', 'x'.repeat(5998), 'y'.repeat(5000)],
    ['between other alphabets', '日😀'.repeat(3000), '日😀'.repeat(2000)],
  ])('shows the part of a long line that matches: %s', (_where, before, after) => {
    const whole = `${before}NEEDLE${after}`;
    const { lines } = found.parse(readLog(`one\n${whole}\n`, { search: 'N[A-Z]+E$|NEEDLE', format: 'json' }));
    const [{ text, cut_before = 0, cut = 0 }] = lines;

    expect(text).toContain('NEEDLE');
    expect(whole.slice(cut_before, whole.length - cut)).toBe(text);
    expect(text).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/u);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(6000);
  });

  test('says in text, too, how much of a line stands before the part that matches', () => {
    expect(readLog(`${'x'.repeat(10_000)}NEEDLE`, { search: 'NEEDLE' })).toMatch(
      /\n1: \[9000 characters \.\.\.\] x{1000}NEEDLE$/u,
    );
  });

  test('shows the beginning of a long line where the pattern is too large to find its match', () => {
    const search = 'NEEDLE|[a-z]{400}!';
    expect(readLog(`${'x'.repeat(10_000)}NEEDLE`, { search })).toMatch(/\n1: x{6000} \[\.\.\. 4006 more/u);
  });

  test('says of how many lines it has seen the beginning only', () => {
    const long = `${'x'.repeat(20_000)} NEEDLE\n`;

    expect(readLog(`one\n${long}two\n`, { search: 'NEEDLE' })).toBe(
      '[0 of 3 lines match. 1 line was searched only in the first 16384 characters.]',
    );
    expect(readLog(long + long, { search: 'NEEDLE', format: 'json' })).toMatchObject({
      matches: 0,
      note: '0 of 2 lines match. 2 lines were searched only in the first 16384 characters.',
    });
    expect(JSON.stringify(readLog(long, { extract: 'errors' }))).toContain('1 line was searched only');
    expect(readLog(long, {})).not.toContain('searched');
  });

  test('for nothing is no search', () => {
    expect(readLog('one\n', { search: '' })).toBe('1: one');
  });

  test('of a bad pattern is refused before anything is read', () => {
    expect(() => createLogReader({ search: '(', maxBytes: 60_000 })).toThrow(
      'INVALID_ARGUMENTS: search is no valid pattern',
    );
  });

  test('ends when it takes too long', () => {
    let nowMs = 0;
    const clock = (): number => (nowMs += 3000);
    const slow = createLogReader({ search: 'x', maxBytes: 60_000 }, clock);
    const push = (): void => {
      slow.push('line\n');
    };
    push();
    push();
    push();
    expect(push).toThrow('INVALID_ARGUMENTS: search takes too long');
  });
});

describe('as JSON', () => {
  test('lines come with their numbers', () => {
    expect(readLog('one\ntwo\n', { format: 'json' })).toStrictEqual({
      lines: [
        { n: 1, text: 'one' },
        { n: 2, text: 'two' },
      ],
      total_lines: 2,
    });
  });

  test('matches are counted and context is told from them', () => {
    expect(readLog(fruits, { format: 'json', search: 'fig|apple', context_lines: 1, tail: 1 })).toStrictEqual({
      lines: [
        { n: 5, text: 'elder', context: true },
        { n: 6, text: 'fig' },
        { n: 7, text: 'grape', context: true },
      ],
      total_lines: 7,
      matches: 2,
      left_out: 1,
      note: expect.stringContaining('1 of 2 matches are left out') as unknown,
    });
  });

  test('a cut line says how much is missing', () => {
    const answer = readLog('x'.repeat(7000), { format: 'json' });
    expect(answer).toMatchObject({ lines: [{ n: 1, cut: 1000 }] });
  });
});

test('arguments that switch something off go without a word', () => {
  expect(readLog('one\n', { invert_match: false, context_lines: 0, search: '' })).toBe('1: one');
});

describe('arguments that do nothing are named', () => {
  test.each<[Partial<LogView>, string]>([
    [{ invert_match: true }, 'Without "search" this does nothing: invert_match.'],
    [{ context_lines: 2, invert_match: true }, 'Without "search" this does nothing: invert_match, context_lines.'],
    [{ extract: 'errors', tail: 5, search: 'x' }, '"extract" reads the whole log, so this does nothing: tail, search.'],
  ])('%j', (view, note) => {
    expect(JSON.stringify(readLog('one\n', { ...view, format: 'json' }))).toContain(JSON.stringify(note).slice(1, -1));
  });
});
