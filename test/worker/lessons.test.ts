import { beforeEach, describe, expect, test } from 'vitest';
import { answerFailure, GitLabFailure } from '../../src/gitlab/failure.ts';
import type { Lesson } from '../../src/queue/coordinator.ts';
import { createLessons } from '../../src/worker/lessons.ts';
import type { Lessons } from '../../src/worker/lessons.ts';
import { throttleHeaders } from '../gitlab/limits.ts';

type Headers = Readonly<Record<string, string>>;

const START = Date.parse('2026-04-01T10:00:10Z');
const END = Date.parse('2026-04-01T10:01:00Z');
const gates = { all: [], host: 'host', token: 'token', endpointClass: 'class', route: undefined };
const plain = { ...gates, endpointClass: undefined, route: 'route' };

let now: number;
let learned: Omit<Lesson, 'now'>[];
let lessons: Lessons;
const teacher = { learn: async (lesson: Omit<Lesson, 'now'>) => void learned.push(lesson) };

beforeEach(() => {
  now = START;
  learned = [];
  lessons = createLessons({ now: () => now, maxKept: 3 });
});

/** GitLab's headers for a limit of 100 a minute. */
function throttle(observed: number, name = 'throttle_authenticated_api'): Headers {
  const rule = { requests: 100, windowMs: 60_000 };
  const resetsInSeconds = 60 - (Math.floor(now / 1000) % 60);
  const headers = throttleHeaders({ name, rule, observed, resetsInSeconds, now });
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
}

const window = (used: number, resetAt = END): object => ({ requests: 100, periodMs: 60_000, used, resetAt });
const failure = (status: number, headers: Headers = {}): GitLabFailure =>
  answerFailure({ status, headers, text: '' }, 'glpat-x', now);

describe('an answer teaches', () => {
  test('its token the limit and what of it is used', () => {
    lessons.fromAnswer(teacher, gates, throttle(7));

    expect(learned).toEqual([{ gate: 'token', window: window(7) }]);
  });

  test('its token that nothing is said', () => {
    lessons.fromAnswer(teacher, gates, {});

    expect(learned).toEqual([{ gate: 'token', window: undefined }]);
  });

  test.each([
    ['throttle_authenticated_api', 'token'],
    ['throttle_authenticated_web', 'token'],
    ['throttle_authenticated_files_api', 'class'],
    ['throttle_authenticated_packages_api', 'class'],
    ['throttle_authenticated_deprecated_api', 'class'],
    ['throttle_ip', 'host'],
    // A bad token's: those with a good one are not counted there.
    ['throttle_unauthenticated_api', 'token'],
    ['throttle_unauthenticated', 'token'],
  ])('with the name %s the gate of the %s', (name, gate) => {
    lessons.fromAnswer(teacher, gates, throttle(7, name));

    expect(learned[0]).toEqual({ gate, window: window(7) });
    // Whoever waits for what is said of the token waits no longer.
    expect(learned.slice(1)).toEqual(gate === 'token' ? [] : [{ gate: 'token', window: undefined }]);
  });

  test('with the name of a class that the request has not the token', () => {
    lessons.fromAnswer(teacher, plain, throttle(7, 'throttle_authenticated_files_api'));

    expect(learned).toEqual([{ gate: 'token', window: window(7) }]);
  });

  test.each([404, 401, 400])('also where it refuses with %i', async (status) => {
    await lessons.fromFailure(teacher, gates, failure(status, throttle(7)));

    expect(learned).toEqual([{ gate: 'token', window: window(7) }]);
  });

  test('with 500 where it is GitLab that says so', async () => {
    await lessons.fromFailure(teacher, gates, failure(500, throttle(7)));

    expect(learned).toEqual([{ gate: 'token', window: window(7) }]);
  });
});

test.each([
  ["a proxy's 502", () => failure(502)],
  ['a broken connection', () => new GitLabFailure('GITLAB_UNREACHABLE', 'reset', { acted: 'maybe' })],
  ['an answer that breaks off', () => new GitLabFailure('GITLAB_UNREACHABLE', 'cut', { acted: 'maybe', status: 200 })],
])('%s teaches nothing', async (_, make) => {
  await lessons.fromFailure(teacher, gates, make());

  expect(learned).toEqual([]);
});

/** Of a limit of 10,000 a minute. */
const wide = (observed: number): Headers => ({
  ...throttle(observed),
  'ratelimit-limit': '10000',
  'ratelimit-remaining': String(10_000 - observed),
});

/** Of a limit of 50 a minute. */
const small = (observed: number): Headers => ({
  ...throttle(observed),
  'ratelimit-limit': '50',
  'ratelimit-remaining': String(50 - observed),
});

describe('of answers in a row', () => {
  test('one in 250 ms is told where they say something new, the first one at once', () => {
    for (let observed = 1; observed <= 8; observed += 1) {
      lessons.fromAnswer(teacher, gates, throttle(10 * observed - 9));
      now += 100;
    }

    const told = [0, 300, 600].map((ms) => window(1 + ms / 10));
    expect(learned.filter(({ gate }) => gate === 'token')).toEqual(
      told.map((each) => ({ gate: 'token', window: each })),
    );
  });

  test('one in two seconds is told where it says the same, or hardly more is used, and a new period at once', () => {
    for (let at = 0; at < 60; at += 1) {
      lessons.fromAnswer(teacher, gates, wide(100 + 3 * at));
      lessons.fromAnswer(teacher, { ...gates, token: 'other' }, {});
      now += 100;
    }
    const used = (): unknown[] => learned.flatMap(({ window: told }) => told?.used ?? []);
    expect(used()).toEqual([100, 160, 220]);
    expect(learned.filter(({ gate }) => gate === 'other')).toHaveLength(3);
    lessons.fromAnswer(teacher, gates, wide(900));
    now = END + 300;
    lessons.fromAnswer(teacher, gates, wide(3));
    expect(used()).toEqual([100, 160, 220, 900, 3]);
  });

  test('each one is told of a limit of few: a request that came late takes much of the period that counts it', () => {
    for (const observed of [1, 2, 3]) lessons.fromAnswer(teacher, gates, small(observed));

    expect(learned.map((lesson) => lesson.window?.used)).toEqual([1, 2, 3]);
  });

  test('each one is told when less than a fifth of the limit is left', () => {
    for (const observed of [79, 80, 81, 82, 100]) lessons.fromAnswer(teacher, gates, throttle(observed));

    expect(learned.map((lesson) => lesson.window?.used)).toEqual([79, 81, 82, 100]);
  });

  test('a gate of which was told longest ago is forgotten first', () => {
    for (const token of ['a', 'b', 'c', 'd', 'a', 'd']) lessons.fromAnswer(teacher, { ...plain, token }, throttle(1));

    expect(learned.map(({ gate }) => gate)).toEqual(['a', 'b', 'c', 'd', 'a']);
  });
});

describe('a refusal by the request throttle', () => {
  test('closes its gate as long as Retry-After says, with the limit behind it', async () => {
    await lessons.fromFailure(teacher, gates, failure(429, { ...throttle(101), 'retry-after': '50' }));

    expect(learned).toEqual([{ gate: 'token', window: window(100), blockedUntil: END, isUnsaid: false }]);
  });

  test('without Retry-After closes it until RateLimit-Reset', async () => {
    await lessons.fromFailure(teacher, gates, failure(429, throttle(101)));

    expect(learned).toMatchObject([{ gate: 'token', blockedUntil: END, isUnsaid: false }]);
  });

  test.each([
    ['throttle_ip', 'host'],
    ['throttle_authenticated_files_api', 'class'],
    ['throttle_unauthenticated_api', 'token'],
  ])('named %s closes the gate of the %s', async (name, gate) => {
    await lessons.fromFailure(teacher, gates, failure(429, { ...throttle(101, name), 'retry-after': '5' }));

    expect(learned).toEqual([{ gate, window: window(100), blockedUntil: now + 5000, isUnsaid: false }]);
  });

  test('is told whatever was told just now, with the number that an answer proved', async () => {
    lessons.fromAnswer(teacher, gates, throttle(3));
    await lessons.fromFailure(teacher, gates, failure(429, { ...throttle(350), 'retry-after': '5' }));

    expect(learned[1]).toEqual({ gate: 'token', window: window(100), blockedUntil: now + 5000, isUnsaid: false });
  });
});

describe('a refusal by an application limit', () => {
  test('closes the class of its endpoint, and no more', async () => {
    await lessons.fromFailure(teacher, gates, failure(429, { 'retry-after': '7' }));

    expect(learned).toEqual([
      { gate: 'class', window: undefined, blockedUntil: now + 7000, isUnsaid: false },
      { gate: 'token', window: undefined },
    ]);
  });

  test('closes the route of its endpoint where that has no class, and no more', async () => {
    const closed = await lessons.fromFailure(teacher, plain, failure(429, { 'retry-after': '7' }));

    expect(closed).toBe('route');
    expect(learned).toEqual([
      { gate: 'route', window: undefined, blockedUntil: now + 7000, isUnsaid: false },
      { gate: 'token', window: undefined },
    ]);
  });

  test('is known by a throttle that has room, of which its token learns too', async () => {
    await lessons.fromFailure(teacher, gates, failure(429, throttle(7)));

    expect(learned).toEqual([
      { gate: 'class', window: undefined, blockedUntil: now + 1000, isUnsaid: true },
      { gate: 'token', window: window(7) },
    ]);
  });

  test.each([
    ['says that nothing is said and closes it for a second', {}, 1000, true],
    ['lets a moment pass where GitLab allows the next one at once', { 'retry-after': '0' }, 100, false],
    ['shuts nobody out for a wait that no limit has', { 'retry-after': '999999999999' }, 3_600_000, false],
  ])('%s', async (_, headers, waitMs, isUnsaid) => {
    await lessons.fromFailure(teacher, gates, failure(429, headers));

    expect(learned[0]).toEqual({ gate: 'class', window: undefined, blockedUntil: now + waitMs, isUnsaid });
  });
});

test('only a refusal waits until it is known, and fails where it cannot be told', async () => {
  const deaf = {
    learn: async () => {
      throw new Error('Redis is gone');
    },
  };
  lessons.fromAnswer(deaf, gates, throttle(1));
  await lessons.fromFailure(deaf, plain, failure(404, {}));

  await expect(lessons.fromFailure(deaf, gates, failure(429))).rejects.toThrow('Redis is gone');
});
