import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineReader } from '../../../src/tools/job-log/lines.ts';
import type { LogLine } from '../../../src/tools/job-log/lines.ts';
import { logFile } from './read-log.ts';

function readLines(chunks: readonly string[]): { lines: readonly LogLine[]; total: number } {
  const lines: LogLine[] = [];
  const reader = createLineReader((line) => {
    lines.push(line);
  });
  for (const chunk of chunks) reader.push(chunk);
  return { total: reader.finish(), lines };
}

function texts(log: string): readonly string[] {
  return readLines([log]).lines.map(({ n, text }) => `${String(n)} ${text}`);
}

const stamp = '2024-05-22T12:43:46.962646Z';

describe('a log is cut into lines', () => {
  test.each([
    ['an empty log has no line', '', 0],
    ['a last line without newline counts', 'a\nb', 2],
    ['a newline at the end begins no further line', 'a\nb\n', 2],
    ['empty lines count', '\n\n', 2],
  ])('%s', (_rule, log, total) => {
    const read = readLines([log]);
    expect(read.total).toBe(total);
    expect(read.lines).toHaveLength(total);
  });

  test('Windows line ends leave nothing behind', () => {
    expect(texts('one\r\ntwo\r\n')).toStrictEqual(['1 one', '2 two']);
  });

  test('lines that are alike are all kept', () => {
    expect(texts('same\nsame\nsame\n')).toStrictEqual(['1 same', '2 same', '3 same']);
  });

  test('a line of markers alone is not shown and keeps its number', () => {
    const eraseLine = `${String.fromCodePoint(0x1b)}[0K`;
    expect(texts(`a\nsection_start:1:x\r${eraseLine}\nb\n`)).toStrictEqual(['1 a', '3 b']);
  });
});

describe("a runner's prefix", () => {
  test('is removed', () => {
    expect(texts(`${stamp} 00O hello\n${stamp} ffE world\n`)).toStrictEqual(['1 hello', '2 world']);
  });

  test('leaves an empty line empty', () => {
    expect(texts(`${stamp} 00O \n${stamp} 00O b`)).toStrictEqual(['1 ', '2 b']);
  });

  test('with a plus joins the line to the one before it', () => {
    expect(texts(`${stamp} 01O one, \n${stamp} 01O+two, \n${stamp} 01O+three\n${stamp} 01O next\n`)).toStrictEqual([
      '1 one, two, three',
      '4 next',
    ]);
  });

  test('with a plus never joins the lines of two streams', () => {
    expect(texts(`${stamp} 01O out\n${stamp} 01E+err\n`)).toStrictEqual(['1 out', '2 err']);
  });

  test('with a plus at the very beginning is a line of its own', () => {
    expect(texts(`${stamp} 01O+late\n`)).toStrictEqual(['1 late']);
  });

  test('joins the states of a progress line, of which the last one stays', () => {
    expect(texts(`${stamp} 01O 10%\r\n${stamp} 01O+50%\r\n${stamp} 01O+100%\r\n`)).toStrictEqual(['1 100%']);
  });

  test.each([
    ['a time in another form', '2024-05-22 12:43:46 00O text'],
    ['a time without a stream', `${stamp} text that goes on`],
    ['a prefix within the line', `log: ${stamp} 00O text`],
  ])('is not seen in %s', (_what, line) => {
    expect(texts(line)).toStrictEqual([`1 ${line}`]);
  });

  test('is removed from a whole trace as GitLab stores it', () => {
    expect(texts(logFile('timestamps'))).toStrictEqual([
      '1 Running with gitlab-runner 17.0.0 (44feccdf)',
      '2 Preparing the "docker+machine" executor',
      '4 Using Docker executor with image node:20 ...',
      '5 Executing "step_script" stage of the job script',
      '8 $ npm ci',
      '9 fetching 10%',
      '10 npm warn deprecated rimraf@3',
      '11 fetching 100%',
      '13 added 12 packages',
      '14 added 12 packages',
      '15 ',
      '16 a line that the runner split after 8 kB: first half, second half',
      '18 docs and plain text',
      '20 ERROR: Job failed: exit code 1',
    ]);
  });
});

describe('a line that is too long', () => {
  test('keeps its beginning and says how much is missing', () => {
    const { lines } = readLines(['x'.repeat(20_000), 'y'.repeat(10_000_000), '\nnext\n']);
    expect(lines.map(({ n, text, cut }) => ({ n, length: text.length, cut }))).toStrictEqual([
      { n: 1, length: 16_384, cut: 10_003_616 },
      { n: 2, length: 4, cut: 0 },
    ]);
  });

  test('says so also when it ends with a carriage return', () => {
    expect(readLines([`${'x'.repeat(20_000)}\r\n`]).lines[0]?.cut).toBe(3616);
  });

  test('keeps the last state when it is a progress line', () => {
    const { lines } = readLines([`${'downloading ...\r'.repeat(100_000)}done\n`]);
    expect(lines).toStrictEqual([{ n: 1, text: 'done', cut: 0 }]);
  });

  test('is cut between characters', () => {
    const text = readLines(['😀'.repeat(10_000)]).lines[0]?.text ?? '';
    expect(text).not.toMatch(/\p{Surrogate}/u);
  });

  test('is one line although the runner splits it', () => {
    const split = Array.from(
      { length: 100 },
      (_, index) => `${stamp} 01O${index === 0 ? ' ' : '+'}${'x'.repeat(8192)}\n`,
    );
    const { lines, total } = readLines(split);
    expect(lines.map(({ n, cut }) => ({ n, cut }))).toStrictEqual([{ n: 1, cut: 802_816 }]);
    expect(total).toBe(100);
  });
});

test('lines do not depend on how the log is cut into chunks', () => {
  const esc = String.fromCodePoint(0x1b);
  const piece = fc.constantFrom(
    'text ',
    '\n',
    '\r',
    '\r\n',
    `${stamp} 01O `,
    `\n${stamp} 01O+`,
    `\n${stamp} 01E `,
    `section_start:1:a\r${esc}[0K`,
    `${esc}[31m`,
    'x'.repeat(9000),
    '😀',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 60 }),
      (pieces, cuts) => {
        const log = pieces.join('');
        const chunks: string[] = [];
        let from = 0;
        for (const length of cuts) {
          chunks.push(log.slice(from, from + length));
          from += length;
        }
        chunks.push(log.slice(from));
        expect(readLines(chunks)).toStrictEqual(readLines([log]));
      },
    ),
  );
});
