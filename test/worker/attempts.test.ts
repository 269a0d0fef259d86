import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import type { GitLabResponse } from '../../src/gitlab/request.ts';
import { Later } from '../../src/queue/turn.ts';
import type { RetryClass } from '../../src/tools/facts.ts';
import { backoffMs, mayRepeat, withAttempts } from '../../src/worker/attempts.ts';

const answered = (status: number): GitLabFailure =>
  new GitLabFailure('GITLAB_FAILED', `GitLab answered ${String(status)}`, { acted: 'maybe', status });
const inMaintenance = (retryAfterMs: number): GitLabFailure =>
  new GitLabFailure('GITLAB_FAILED', '503', { acted: 'maybe', status: 503, retryAfterMs });
const refused = new GitLabFailure('GITLAB_UNREACHABLE', 'refused', { acted: 'no' });
const reset = new GitLabFailure('GITLAB_UNREACHABLE', 'reset', { acted: 'maybe' });
const silent = new GitLabFailure('GITLAB_TIMEOUT', 'silent', { acted: 'maybe' });
const missing = new GitLabFailure('GITLAB_NOT_FOUND', '404', { acted: 'no', status: 404 });
const throttled = new GitLabFailure('GITLAB_RATE_LIMITED', '429', { acted: 'no', status: 429 });

describe('what may be sent again', () => {
  test.each([
    ['502', answered(502), { read: true, repeatable: true, once: false }],
    ['a refused connection', refused, { read: true, repeatable: true, once: true }],
    ['a reset', reset, { read: true, repeatable: true, once: false }],
    ['silence', silent, { read: true, repeatable: true, once: false }],
    ['404', missing, { read: false, repeatable: false, once: false }],
    ['429', throttled, { read: true, repeatable: true, once: true }],
    ['an error of ours', new Error('x'), { read: false, repeatable: false, once: false }],
  ])('after %s', (_, error, expected) => {
    const classes = ['read', 'repeatable', 'once'] as const;

    expect(Object.fromEntries(classes.map((each) => [each, mayRepeat(error, each)]))).toEqual(expected);
  });
});

test('a backoff is a random share of a wait that doubles up to four seconds', () => {
  expect([1, 2, 3, 4, 5, 6].map((retry) => backoffMs(retry, () => 1))).toEqual([250, 500, 1000, 2000, 4000, 4000]);
  expect(backoffMs(3, () => 0.25)).toBe(250);
});

interface Outcome {
  readonly tries: number;
  readonly error: unknown;
  readonly progress: readonly string[];
}

interface Course {
  /** How long each try takes. */
  readonly tryMs?: number;
  readonly retryClass?: RetryClass;
  readonly signal?: AbortSignal;
  readonly random?: () => number;
  readonly deadline?: number;
}

/** Tries with these failures one after the other, then success; only the tries take time, unless the dice say more. */
async function send(failures: readonly Error[], course: Course = {}): Promise<Outcome> {
  const { tryMs = 0, retryClass = 'read', signal = new AbortController().signal, random = () => 0 } = course;
  const call = { deadline: course.deadline ?? Infinity };
  const progress: string[] = [];
  const clock = { now: 0 };
  let tries = 0;
  const response: GitLabResponse = { status: 200, headers: {}, body: {} };
  const error: unknown = await withAttempts({
    turn: { progress: (message) => void progress.push(message) },
    onRetry: () => undefined,
    call,
    signal,
    retryClass,
    now: () => clock.now,
    random,
    send: async () => {
      clock.now += tryMs;
      const failure = failures[tries];
      tries += 1;
      if (failure !== undefined) throw failure;
      return response;
    },
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { tries, error, progress };
}

const outage = (length: number): readonly GitLabFailure[] =>
  Array.from({ length }, (_, index) => answered(502 + (index % 2)));

test('tries again until it succeeds, and says so', async () => {
  expect(await send([answered(502), reset])).toEqual({
    tries: 3,
    error: undefined,
    progress: ['retry 1 of 5 after 502', 'retry 2 of 5 after GITLAB_UNREACHABLE'],
  });
});

test('gives up after five retries with the last failure, when ten seconds have passed', async () => {
  const failures = outage(20);

  expect(await send(failures, { tryMs: 2500 })).toMatchObject({ tries: 6, error: failures[5] });
});

test.each([
  [1000, 11],
  [500, 21],
  [100, 101],
])('goes on for ten seconds since its first failure: with tries of %i ms it makes %i', async (tryMs, tries) => {
  const failures = outage(200);

  expect(await send(failures, { tryMs })).toMatchObject({ tries, error: failures[tries - 1] });
});

test('outlives an outage of three seconds, whatever the dice say', async () => {
  expect(await send(outage(30), { tryMs: 100 })).toMatchObject({ tries: 31, error: undefined });
});

test('names no number of retries beyond the fifth', async () => {
  const { progress } = await send(outage(7));

  expect(progress.slice(4)).toEqual(['retry 5 of 5 after 502', 'retry 6 after 503', 'retry 7 after 502']);
});

test('what must not be sent twice is given up at once', async () => {
  expect(await send([reset], { retryClass: 'once' })).toEqual({ tries: 1, error: reset, progress: [] });
});

test('being throttled uses up no retry, and no patience', async () => {
  const failures = [...Array.from({ length: 9 }, () => throttled), ...outage(6)];

  expect(await send(failures, { tryMs: 2000 })).toMatchObject({ tries: 15, error: failures[14] });
});

test.each([
  ['a call that goes back to the queue', new Later(7000)],
  ['a call without a place before its deadline', new Failure('GITLAB_RATE_LIMITED', 'later')],
  ['an error of ours', new Error('x')],
])('%s is not tried again', async (_, error) => {
  expect(await send([error])).toEqual({ tries: 1, error, progress: [] });
});

test('a deadline ends the wait for the next try, and is told as such', async () => {
  const deadline = new AbortController();
  const passed = new Failure('DEADLINE_EXCEEDED', 'The call was not finished before its deadline');
  const random = (): number => {
    setImmediate(() => {
      deadline.abort(passed);
    });
    return 1;
  };
  const { tries, error } = await send(outage(20), { signal: deadline.signal, random });

  expect([tries, error]).toEqual([1, passed]);
});

describe('a 503 with Retry-After', () => {
  test('is waited for as long as it asks, however short the dice would make it', async () => {
    const begun = performance.now();
    const { tries, error } = await send([inMaintenance(300)], { deadline: 301 });

    expect([tries, error]).toEqual([2, undefined]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(299);
  });

  test('is waited for as long as the dice say where it asks for less', async () => {
    const begun = performance.now();
    await send([inMaintenance(0)], { random: () => 1 });

    expect(performance.now() - begun).toBeGreaterThanOrEqual(249);
  });

  test('is the answer at once where the call would end before', async () => {
    const failure = inMaintenance(12_000);

    expect(await send([answered(502), failure], { tryMs: 1000, deadline: 14_000 })).toEqual({
      tries: 2,
      error: failure,
      progress: ['retry 1 of 5 after 502'],
    });
  });
});

test('an answer counts although the call has ended while it was on its way', async () => {
  const ending = new AbortController();
  const response: GitLabResponse = { status: 201, headers: {}, body: {} };
  const sent = withAttempts({
    send: async () => {
      ending.abort(new Failure('DEADLINE_EXCEEDED', 'too late'));
      return response;
    },
    retryClass: 'once',
    call: { deadline: Infinity },
    turn: { progress: () => undefined },
    onRetry: () => undefined,
    signal: ending.signal,
    now: () => 0,
    random: () => 0,
  });

  await expect(sent).resolves.toBe(response);
});
