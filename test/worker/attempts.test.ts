import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import type { GitLabResponse } from '../../src/gitlab/request.ts';
import { Later } from '../../src/queue/turn.ts';
import type { Turn } from '../../src/queue/turn.ts';
import { backoffMs, mayRepeat, withAttempts } from '../../src/worker/attempts.ts';

const answered = (status: number): GitLabFailure =>
  new GitLabFailure('GITLAB_FAILED', `GitLab answered ${String(status)}`, { acted: 'maybe', status });
const refused = new GitLabFailure('GITLAB_UNREACHABLE', 'refused', { acted: 'no' });
const reset = new GitLabFailure('GITLAB_UNREACHABLE', 'reset', { acted: 'maybe' });
const silent = new GitLabFailure('GITLAB_TIMEOUT', 'silent', { acted: 'maybe' });
const missing = new GitLabFailure('GITLAB_NOT_FOUND', '404', { acted: 'no', status: 404 });
const throttled = (retryAfterMs?: number): GitLabFailure =>
  new GitLabFailure('GITLAB_RATE_LIMITED', '429', { acted: 'no', status: 429, retryAfterMs });

describe('what may be sent again', () => {
  test.each([
    ['502', answered(502), { read: true, repeatable: true, once: false }],
    ['a refused connection', refused, { read: true, repeatable: true, once: true }],
    ['a reset', reset, { read: true, repeatable: true, once: false }],
    ['silence', silent, { read: true, repeatable: true, once: false }],
    ['404', missing, { read: false, repeatable: false, once: false }],
    ['429', throttled(), { read: true, repeatable: true, once: true }],
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
  readonly lessons: readonly number[];
}

/** Sends with these failures one after the other, then success, under a gate that answers `slot`. */
async function send(
  failures: readonly Error[],
  {
    slot = { verdict: 'go', waitMs: 0 },
    mayComeAgain = true,
  }: Partial<{ slot: Awaited<ReturnType<Turn['reserve']>>; mayComeAgain: boolean }> = {},
): Promise<Outcome> {
  const { signal } = new AbortController();
  const progress: string[] = [];
  const lessons: number[] = [];
  let tries = 0;
  const response: GitLabResponse = { status: 200, headers: {}, body: {} };
  const turn: Turn = {
    signal,
    progress: (message) => void progress.push(message),
    reserve: async () => slot,
    learn: async ({ blockedUntil }) => void lessons.push(blockedUntil),
  };
  const error = await withAttempts({
    turn,
    signal,
    mayComeAgain: () => mayComeAgain,
    retryClass: 'read',
    now: () => 1000,
    random: () => 0,
    send: async () => {
      const failure = failures[tries];
      tries += 1;
      if (failure !== undefined) throw failure;
      return response;
    },
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { tries, error, progress, lessons };
}

test('tries again until it succeeds, and says so', async () => {
  expect(await send([answered(502), reset])).toEqual({
    tries: 3,
    error: undefined,
    progress: ['retry 1 of 4 after 502', 'retry 2 of 4 after GITLAB_UNREACHABLE'],
    lessons: [],
  });
});

test('gives up after four retries with the last failure', async () => {
  const failures = [502, 502, 502, 502, 503].map((status) => answered(status));

  expect(await send(failures)).toMatchObject({ tries: 5, error: failures.at(-1) });
});

test('tells all workers how long GitLab asks to wait', async () => {
  expect(await send([throttled(7000)])).toMatchObject({ tries: 2, error: undefined, lessons: [8000] });
});

test('lets a moment pass where GitLab says that it may ask again at once', async () => {
  expect(await send([throttled(0)])).toMatchObject({ tries: 2, error: undefined, lessons: [1100] });
});

test('is not shut out for ever by a wait that no limit of GitLab has', async () => {
  expect(await send([throttled(999_999_999_999_000)])).toMatchObject({ lessons: [3_601_000] });
});

test('being throttled uses up no retry', async () => {
  const failures = Array.from({ length: 9 }, () => throttled(1));

  expect(await send(failures)).toMatchObject({ tries: 10, error: undefined });
});

test('gives its place back for a long wait', async () => {
  const { error } = await send([throttled(7000)], { slot: { verdict: 'wait', waitMs: 7000 } });

  expect(error).toEqual(expect.objectContaining({ waitMs: 7000 }));
  expect(error).toBeInstanceOf(Later);
});

test('says at once when the wait is longer than the deadline', async () => {
  const { error } = await send([throttled(7000)], { slot: { verdict: 'limited', waitMs: 90_000 } });

  expect(error).toEqual(expect.objectContaining({ code: 'GITLAB_RATE_LIMITED', retryAfterMs: 90_000 }));
  expect(error).toBeInstanceOf(Failure);
});
