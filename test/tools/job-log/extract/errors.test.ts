import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { logFile, readLog } from '../read-log.ts';

const answerSchema = z.object({
  job: z.string().optional(),
  errors_by_kind: z.record(z.string(), z.number()).optional(),
  errors: z.array(
    z.object({
      kind: z.string(),
      line: z.number(),
      count: z.number().optional(),
      last_line: z.number().optional(),
      before: z.string().optional(),
      text: z.string(),
    }),
  ),
  note: z.string().optional(),
});

function errorsOf(log: string, maxBytes = 60_000): z.infer<typeof answerSchema> {
  return answerSchema.parse(readLog(log, { extract: 'errors', maxBytes }));
}

describe('errors', () => {
  const { errors, errors_by_kind: counts, job } = errorsOf(logFile('errors'));
  const textAt = (line: number): string | undefined => errors.find((error) => error.line === line)?.text;

  test('are counted by kind, and the job says how it ended', () => {
    expect(job).toBe('Job failed: exit code 127');
    expect(counts).toStrictEqual({
      npm: 1,
      python: 1,
      exception: 1,
      go: 1,
      rust: 1,
      error: 1,
      compiler: 3,
      make: 1,
      terraform: 1,
      shell: 1,
      job: 1,
    });
  });

  test('are not seen in words about errors', () => {
    const found = errors.flatMap((error) => [error.line, error.last_line ?? 0]);
    expect(found).not.toContain(61);
    expect(found).not.toContain(62);
  });

  test('hold a Python traceback whole, with the exception that led to it', () => {
    expect(textAt(8)).toMatch(
      /^Traceback .*ConnectionRefusedError.*\n\nDuring handling .*:\n\nTraceback .*\nRuntimeError: database is down$/su,
    );
  });

  test('hold the causes of a Java exception', () => {
    expect(textAt(21)).toMatch(
      /^Exception in thread "main".*\nCaused by: .*IllegalStateException: inner\n.*\.\.\. 1 more$/su,
    );
  });

  test('hold a Go panic with its goroutine', () => {
    expect(textAt(27)).toMatch(/^panic: runtime error.*\ngoroutine 1 \[running\]:\n.*\nexit status 2$/su);
  });

  test('hold the place of a Rust error', () => {
    expect(textAt(36)).toMatch(/^error\[E0425\].*--> src\/lib\.rs:1:37.*not found in this scope$/su);
  });

  test('hold the code under a compiler error', () => {
    expect(textAt(45)).toMatch(/^src\/cart\.c:12:5: error: .*\n {3}12 \|.*\^~~~$/su);
  });

  test("hold Terraform's boxes of errors, not those of warnings", () => {
    expect(errors.filter((error) => error.kind === 'terraform').map((error) => error.line)).toStrictEqual([56]);
    expect(textAt(56)).toContain('Error: Reference to undeclared resource');
  });

  test('come with the lines before them', () => {
    expect(errors.find((error) => error.line === 3)?.before).toBe(
      'Running with gitlab-runner 17.0.0 (44feccdf)\n$ npm ci',
    );
  });

  test('that differ only in numbers are one, with their count', () => {
    expect(errors.find((error) => error.line === 50)).toMatchObject({ count: 2, last_line: 51 });
  });

  test('that came last stay when not all fit', () => {
    const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
    const log = names.map((name) => `ERROR: ${name} ${'x'.repeat(400)}\n\n\n`).join('');
    const cut = errorsOf(log, 3000);
    expect(cut.errors.at(-1)?.text).toContain('theta');
    expect(cut.note).toMatch(/^\d of 8 errors are left out, the last are shown/u);
  });

  test('of a run keep their beginning and their end', () => {
    const frames = Array.from({ length: 300 }, (_, index) => `  File "a.py", line ${String(index)}, in f\n`).join('');
    const [error] = errorsOf(
      `Traceback (most recent call last):\n${frames}RecursionError: maximum recursion depth exceeded\n`,
    ).errors;
    expect(error?.text).toMatch(
      /^Traceback .*\[\.\.\. 252 lines left out \.\.\.\].*\nRecursionError: maximum recursion depth exceeded$/su,
    );
  });
});

describe('each kind of error is known', () => {
  test.each([
    ['npm', 'npm error code E404'],
    ['node packages', ' ELIFECYCLE  Command failed with exit code 1.'],
    ['node packages', 'error Command failed with exit code 1.'],
    ['exception', "TypeError: Cannot read properties of undefined (reading 'x')\n    at f (/app/a.js:1:2)"],
    ['exception', 'Unhandled exception. System.InvalidOperationException: x\n   at P.Main() in /p.cs:line 3'],
    ['exception', 'org.postgresql.util.PSQLException: connection refused'],
    ['rust', "thread 'main' (12) panicked at src/main.rs:2:5:\nboom\nnote: run with `RUST_BACKTRACE=1`"],
    ['go', 'fatal error: all goroutines are asleep - deadlock!'],
    ['go', './main.go:12:5: undefined: x'],
    ['ruby', "app.rb:3:in `run': boom (RuntimeError)\n\tfrom app.rb:9:in `<main>'"],
    ['php', 'PHP Fatal error:  Uncaught Exception: x in /a.php:3'],
    ['gradle', "FAILURE: Build failed with an exception.\n\n* What went wrong:\nExecution failed for task ':test'."],
    ['maven', '[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin'],
    ['compiler', 'src/a.ts:1:2 - error TS2304: x'],
    ['compiler', 'Program.cs(5,1): error CS1002: ; expected [/p.csproj]'],
    ['compiler', 'src/a.c:1:10: fatal error: x.h: No such file or directory'],
    ['linker', '/usr/bin/ld: cannot find -lfoo'],
    ['lint', "  12:5  error  'x' is not defined  no-undef"],
    ['make', 'make[1]: *** [Makefile:3: all] Error 2'],
    ['make', 'ninja: build stopped: subcommand failed.'],
    ['pytest', 'E       assert 1 == 2'],
    ['docker build', 'ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1'],
    ['docker build', 'Error response from daemon: pull access denied'],
    ['npm', '#12 3.456 npm error code E404'],
    ['git', "fatal: repository 'https://x/' not found"],
    ['shell', '/bin/sh: 1: helm: not found'],
    ['shell', 'Killed'],
    ['error', 'ERROR: Could not find a version that satisfies the requirement x'],
    ['error', 'Error: Kubernetes cluster unreachable'],
    ['error', 'error: pathspec x did not match'],
    ['error', 'E: Unable to locate package x'],
    ['error', '2024-05-22 12:43:46,123 ERROR app.db failed'],
    ['error', 'time="2024-05-22T12:43:46Z" level=error msg="x"'],
    ['error', '{"level":"error","msg":"x"}'],
    ['error', 'container app exited with code 137'],
    ['job', 'ERROR: Job failed: execution took longer than 1h0m0s seconds'],
  ])('%s: %s', (kind, log) => {
    const { errors } = errorsOf(`$ step\n${log}\n`);
    expect(errors.map((error) => error.kind)).toStrictEqual([kind]);
    expect(errors[0]?.text).toBe(log.replace(/^#\d+ \d+\.\d+ /u, ''));
  });

  test.each([
    '0 errors, 0 warnings',
    'compiled error-handler.js',
    'Tests:  12 passed, 0 failed',
    '  ✓ shows an error when the password is wrong',
    'error_count=0',
    'exit code 0',
    'INFO  no errors found',
    '2024-05-22 12:43:46 INFO error budget is fine',
  ])('none is seen in: %s', (line) => {
    expect(errorsOf(`${line}\n`).errors).toStrictEqual([]);
  });
});
