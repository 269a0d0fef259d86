import { describe, expect, test } from 'vitest';
import { logFile, readLog, withTimestamps } from '../read-log.ts';

interface Case {
  readonly log: string;
  readonly framework: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly failed: readonly Readonly<Record<string, unknown>>[];
}

const says = (text: string): unknown => expect.stringContaining(text);

/** Once, although jest tells of the failure again in its summary. */
const jestMessage = `expect(received).toBe(expected) // Object.is equality
Expected: 3
Received: 2
  3 | test('adds up', () => {
> 4 |   expect(1 + 1).toBe(3);
    |                 ^
  5 | });
  at Object.<anonymous> (src/cart.test.js:4:17)`;

const cases: readonly Case[] = [
  {
    log: 'jest',
    framework: 'jest',
    counts: { passed: 5, failed: 1, skipped: 2 },
    failed: [
      { name: 'src/cart.test.js › cart › adds up', line: 9, message: jestMessage },
      {
        name: 'src/broken.test.js › Test suite failed to run',
        line: 24,
        message: says("Cannot find module './missing'"),
      },
    ],
  },
  {
    log: 'vitest',
    framework: 'vitest',
    counts: { passed: 1, failed: 2, skipped: 2 },
    failed: [
      { name: 'broken.test.ts', line: 14, message: says("Cannot find module './missing.ts'") },
      { name: 'cart.test.ts > cart > adds up', line: 26, message: says('AssertionError: expected 2 to be 3') },
      { name: 'cart.test.ts > throws', line: 45, message: says('Error: boom') },
    ],
  },
  {
    log: 'mocha',
    framework: 'mocha',
    counts: { passed: 5, failed: 1, skipped: 1 },
    failed: [{ name: 'cart adds up', line: 9, message: says('AssertionError [ERR_ASSERTION]: 2 == 3') }],
  },
  {
    log: 'pytest',
    framework: 'pytest',
    counts: { passed: 2, failed: 3, skipped: 2 },
    failed: [
      { name: 'test_shop.py::test_db', line: 10, message: says('RuntimeError: no db') },
      {
        name: 'test_shop.py::TestCart::test_total',
        line: 19,
        message: 'AssertionError: sum is off\nassert 3 == 4\n+  where 3 = sum([1, 2])\ntest_shop.py:4: AssertionError',
      },
      { name: 'test_shop.py::TestCart::test_even[1]', line: 30, message: says('assert (1 % 2) == 0') },
    ],
  },
  {
    log: 'unittest',
    framework: 'unittest',
    counts: { passed: 1, failed: 2, skipped: 1 },
    failed: [
      { name: 'test_db (__main__.CartTest.test_db)', line: 3, message: says('RuntimeError: no db') },
      { name: 'test_total (__main__.CartTest.test_total)', line: 12, message: says('AssertionError: 2 != 3') },
    ],
  },
  {
    log: 'go-test',
    framework: 'go test',
    counts: { passed: 0, failed: 2, skipped: 0, packages_passed: 2, packages_failed: 2 },
    failed: [
      { name: 'TestTotal', line: 2 },
      { name: 'TestTotal/two_items', line: 3, message: 'cart_test.go:21: got 2, want 3' },
      { name: 'example.com/shop/db [build failed]', line: 11 },
    ],
  },
  {
    log: 'go-test-verbose',
    framework: 'go test',
    counts: { passed: 1, failed: 1, skipped: 1, packages_failed: 1 },
    failed: [{ name: 'TestTotal', line: 5, message: 'cart_test.go:21: got 2, want 3' }],
  },
  {
    log: 'go-test-json',
    framework: 'go test',
    counts: { passed: 1, failed: 1, skipped: 1, packages_failed: 1 },
    failed: [{ name: 'TestTotal', line: 5, message: 'cart_test.go:21: got 2, want 3' }],
  },
  {
    log: 'maven',
    framework: 'junit (maven)',
    counts: { passed: 5, failed: 2, skipped: 1 },
    failed: [
      { name: 'com.acme.CartTest.addsUp', line: 9, message: says('AssertionFailedError: expected: <3> but was: <2>') },
      {
        name: 'com.acme.CartTest.loads',
        line: 14,
        message: says('Caused by: java.io.IOException: connection refused'),
      },
    ],
  },
  {
    log: 'gradle',
    framework: 'junit (gradle)',
    counts: { passed: 7, failed: 1, skipped: 2 },
    failed: [{ name: 'com.acme.CartTest > adds up', line: 3, message: says('expected: <3> but was: <2>') }],
  },
  {
    log: 'rspec',
    framework: 'rspec',
    counts: { passed: 2, failed: 1, skipped: 1 },
    failed: [{ name: 'Cart adds up', line: 11, message: says('Failure/Error: expect(cart.total).to eq(3)') }],
  },
  {
    log: 'cargo',
    framework: 'cargo test',
    counts: { passed: 1, failed: 2, skipped: 1 },
    failed: [
      {
        name: 'tests::adds',
        line: 6,
        message: says('assertion `left == right` failed: sum is off\n  left: 2\n right: 3'),
      },
      { name: 'tests::opt', line: 8, message: says('called `Option::unwrap()` on a `None` value') },
    ],
  },
  {
    log: 'tap',
    framework: 'tap',
    counts: { passed: 1, failed: 1, skipped: 2 },
    failed: [
      { name: 'adds up', line: 4, message: says("error: 'expected 3, got 2'") },
      { name: 'cart', line: 11, message: says('1 subtest failed') },
    ],
  },
];

describe.each(cases)('a log of $framework ($log)', ({ log, framework, counts, failed }) => {
  const { passed, failed: failedCount, skipped } = counts;
  const expected = {
    passed,
    failed: failedCount,
    skipped,
    frameworks: [{ framework, ...counts }],
    failed_tests: failed.map((each) => expect.objectContaining({ framework, ...each }) as unknown),
  };

  test('gives its counts and its failed tests', () => {
    expect(readLog(logFile(log), { extract: 'test_results' })).toMatchObject(expected);
  });

  test('gives the same with the timestamps of a runner', () => {
    expect(readLog(withTimestamps(logFile(log)), { extract: 'test_results' })).toMatchObject(expected);
  });
});

test('several frameworks in one log are told apart and added up', () => {
  const log = ['jest', 'pytest', 'go-test-verbose', 'maven', 'cargo'].map(logFile).join('');
  expect(readLog(log, { extract: 'test_results' })).toMatchObject({
    passed: 14,
    failed: 9,
    skipped: 7,
    frameworks: ['jest', 'pytest', 'go test', 'junit (maven)', 'cargo test'].map((framework) => ({ framework })),
    failed_tests: expect.objectContaining({ length: 10 }) as unknown,
  });
});

test('a run that never came to its counts says so', () => {
  const [torn = ''] = logFile('jest').split('Summary of all');
  expect(readLog(torn, { extract: 'test_results' })).toMatchObject({
    failed: 2,
    frameworks: [{ framework: 'jest', incomplete: 1 }],
  });
});

test.each([
  ' FAIL   units  cart.test.ts > cart > adds up',
  ' FAIL  |units| cart.test.ts > cart > adds up',
  ' FAIL  cart.test.ts > cart > adds up',
])('vitest names the test without its project: %s', (line) => {
  expect(readLog(`${line}\nAssertionError: x\n`, { extract: 'test_results' })).toMatchObject({
    failed_tests: [{ framework: 'vitest', name: 'cart.test.ts > cart > adds up', message: 'AssertionError: x' }],
  });
});

test('runs of one framework add up, and tests of one name in two packages are two', () => {
  const log = logFile('go-test-verbose');
  expect(readLog(log + log, { extract: 'test_results' })).toMatchObject({
    passed: 2,
    failed_tests: [
      { name: 'TestTotal', line: 5 },
      { name: 'TestTotal', line: 16 },
    ],
  });
});

test('a log without tests says so', () => {
  expect(readLog('hello\n', { extract: 'test_results' })).toStrictEqual({
    failed_tests: [],
    total_lines: 1,
    note: 'Nothing of this kind was found in the log; "tail" or "search" show its lines.',
  });
});

test('failed tests that do not fit are counted', () => {
  const log = Array.from({ length: 300 }, (_, index) => `--- FAIL: TestNumber${String(index)} (0.00s)\n`).join('');
  expect(readLog(log, { extract: 'test_results', maxBytes: 3000 })).toMatchObject({
    failed: 300,
    note: expect.stringMatching(/^2\d\d of 300 failed_tests are left out, the first are shown/u) as unknown,
  });
});
