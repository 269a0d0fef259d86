import * as fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { createLogReader } from '../../../src/tools/job-log/reader.ts';
import type { LogView } from '../../../src/tools/job-log/view.ts';
import { logFile, readLog } from './read-log.ts';

const views: readonly Partial<LogView>[] = [
  {},
  { head: 3 },
  { head: 2, tail: 2 },
  { search: 'e', context_lines: 2 },
  { search: '[aeiou]', invert_match: true, format: 'json' },
  { extract: 'terraform_all' },
  { extract: 'aws_assets' },
  { extract: 'errors' },
  { extract: 'errors', format: 'text' },
  { extract: 'test_results' },
];
const logs = [
  'timestamps',
  'errors',
  'terraform-plan',
  'terraform-apply-colours',
  'aws',
  'jest',
  'pytest',
  'maven',
  'cargo',
];
const longLine = fc.nat(20_000).map((length) => `${'x'.repeat(length)}error${'é'.repeat(length)}\n`);
const someLog = fc
  .array(fc.oneof(fc.constantFrom(...logs).map(logFile), longLine), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''));

test('no answer depends on how the log is cut into chunks', () => {
  fc.assert(
    fc.property(someLog, fc.constantFrom(...views), fc.integer({ min: 1, max: 3000 }), (log, view, chunkChars) => {
      expect(readLog(log, view, chunkChars)).toStrictEqual(readLog(log, view, log.length));
    }),
    { numRuns: 60 },
  );
});

test('no answer is larger than its budget', () => {
  fc.assert(
    fc.property(someLog, fc.constantFrom(...views), fc.integer({ min: 2000, max: 9000 }), (log, view, maxBytes) => {
      const answer = readLog(log, { ...view, maxBytes });
      expect(Buffer.byteLength(typeof answer === 'string' ? answer : JSON.stringify(answer))).toBeLessThanOrEqual(
        maxBytes,
      );
    }),
    { numRuns: 100 },
  );
});

/** Most heap in use while a log of 40 MB streams through the view, beyond what was in use before it. */
function heapFor(view: Partial<LogView>, chunkOf: (number: number) => string): { heapMb: number; answer: unknown } {
  const reader = createLogReader({ maxBytes: 60_000, ...view });
  const before = heapBytes();
  let bytes = 0;
  let most = 0;
  for (let number = 0; bytes < 40_000_000; number += 1) {
    const text = chunkOf(number);
    reader.push(text);
    bytes += text.length;
    if (number % 100 === 50) most = Math.max(most, heapBytes());
  }
  return { heapMb: (most - before) / 1e6, answer: reader.finish() };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

/** 64 kB of long lines that match. */
const longLines = (number: number): string =>
  Buffer.from(`${'x'.repeat(16_000)}TS2304 ${String(number)}\n`.repeat(4)).toString();

/** 64 kB with one error, as a chunk that came over the network: one flat string. */
function shortLines(number: number): string {
  const stamp = '2024-05-22T12:43:46.962646Z 01O';
  const error = `${stamp} src/file${String(number)}.ts(3,7): error TS2304: Cannot find name 'x'.\n`;
  const filler = `${stamp} ${'compiling '.repeat(10)}arn:aws:iam::123456789012:role/r${String(number)}\n`;
  return Buffer.from(error + filler.repeat(350)).toString();
}

test.each([...views, { search: 'TS2304' }])('a log of 40 MB streams through %j in bounded memory', (view) => {
  const { heapMb, answer } = heapFor(view, shortLines);
  expect(JSON.stringify(answer).length).toBeLessThan(70_000);
  expect(heapMb).toBeLessThan(20);
});

test.each([{ search: 'TS2304' }, { search: 'TS2304', head: 5, tail: 5 }, { search: 'TS2304 .*7$', context_lines: 9 }])(
  'a log of 40 MB of long lines streams through %j in bounded memory',
  (view) => {
    const { heapMb, answer } = heapFor(view, longLines);
    expect(JSON.stringify(answer)).toContain('TS2304');
    expect(JSON.stringify(answer).length).toBeLessThan(70_000);
    expect(heapMb).toBeLessThan(20);
  },
);
