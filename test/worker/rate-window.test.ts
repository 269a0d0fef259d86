import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRateLimit } from '../../src/gitlab/headers.ts';
import type { RateLimit } from '../../src/gitlab/headers.ts';
import { rateWindowOf } from '../../src/worker/rate-window.ts';
import { throttleHeaders } from '../gitlab/limits.ts';

type RateHeaders = Readonly<Record<string, string>>;

const lowerCased = (headers: RateHeaders): RateHeaders =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** What GitLab's own arithmetic says of a limit after so many requests of a period. */
function said(
  requests: number,
  periodS: number,
  { observed = 1, now = NOW }: { observed?: number; now?: number } = {},
) {
  const resetsInSeconds = periodS - (Math.floor(now / 1000) % periodS);
  const rule = { requests, windowMs: periodS * 1000 };
  const headers = throttleHeaders({ name: 'throttle_authenticated_api', rule, observed, resetsInSeconds, now });
  return readRateLimit(lowerCased(headers), now);
}

const NOW = Date.parse('2026-04-01T10:00:01Z');
const periods = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600] as const;

const allowed = (rateLimit: RateLimit, now = NOW) =>
  rateWindowOf({ rateLimit, isRefused: false, known: undefined, now });
const refused = (rateLimit: RateLimit, now = NOW) =>
  rateWindowOf({ rateLimit, isRefused: true, known: undefined, now });

describe('a limit is found behind the rounded headers of an answer', () => {
  test.each([
    [2000, 60],
    [7200, 3600],
    [600, 60],
    [25, 15],
    [10, 1],
    [3, 1],
    [10, 60],
    [300, 600],
    [1, 1],
    // An administrator may set any number of seconds.
    [500, 45],
    [90, 7],
  ])('%i in %i s', (requests, periodS) => {
    const resetAt = (Math.floor(NOW / 1000 / periodS) + 1) * periodS * 1000;

    expect(allowed(said(requests, periodS))).toEqual({ requests, periodMs: periodS * 1000, used: 1, resetAt });
  });

  test('the number exactly and the same rate, whatever the limit, the period, the moment and the requests before', () => {
    const moment = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
    const limit = fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.constantFrom(...periods));
    fc.assert(
      fc.property(limit, moment, fc.double({ min: 0, max: 1, noNaN: true }), ([requests, periodS], now, share) => {
        const observed = Math.max(1, Math.floor(share * requests));
        const found = allowed(said(requests, periodS, { observed, now }), now);
        const shown = (periodMs: number): number => Math.ceil((requests * 60_000) / periodMs);

        expect(found).toMatchObject({ requests, used: observed });
        expect(shown(found?.periodMs ?? 0)).toBe(shown(periodS * 1000));
        // Only limits of a few a minute are shown alike under two periods.
        if (shown(periodS * 1000) > 4) expect(found?.periodMs).toBe(periodS * 1000);
      }),
    );
  });

  test('of periods that are shown alike the first is taken that can have so long to go', () => {
    const now = Date.parse('2026-04-01T10:00:00Z');

    expect(allowed(said(1, 3600, { now }), now)).toMatchObject({ requests: 1, periodMs: 3_600_000 });
    expect(allowed(said(1, 60, { now }), now)).toMatchObject({ requests: 1, periodMs: 60_000 });
  });
});

describe('a limit is found behind a refusal', () => {
  test.each([
    [2000, 60],
    [7200, 3600],
    [25, 15],
    [10, 1],
    [3, 1],
  ])('%i in %i s, at the first request too many', (requests, periodS) => {
    expect(refused(said(requests, periodS, { observed: requests + 1 }))).toMatchObject({
      requests,
      periodMs: periodS * 1000,
      used: requests,
    });
  });

  test('with the same rate after many requests too many', () => {
    const { requests = 0, periodMs = 1 } = refused(said(25, 15, { observed: 90 })) ?? {};

    expect(requests / periodMs).toBe(25 / 15_000);
  });

  test('from what an earlier answer proved', () => {
    const known = { shown: 100, requests: 25, periodMs: 15_000 };

    expect(rateWindowOf({ rateLimit: said(25, 15, { observed: 90 }), isRefused: true, known, now: NOW })).toMatchObject(
      {
        requests: 25,
        periodMs: 15_000,
        used: 25,
      },
    );
  });
});

describe('what was known of a gate before', () => {
  const proven = { shown: 1, requests: 1, periodMs: 3_600_000 };
  const late = Date.parse('2026-04-01T10:59:30Z');
  const heard = { rateLimit: said(1, 3600, { now: late }), isRefused: false, now: late };

  test('decides between periods that are shown alike', () => {
    expect(rateWindowOf({ ...heard, known: undefined })).toMatchObject({ periodMs: 60_000 });
    expect(rateWindowOf({ ...heard, known: proven })).toMatchObject({ periodMs: 3_600_000 });
  });

  test.each([
    ['shows another rate', { ...proven, shown: 2 }],
    ['has another number', { ...proven, requests: 2 }],
    ['is shorter than what is left', { shown: 1, requests: 1, periodMs: 20_000 }],
  ])('counts no more when it %s', (_, known) => {
    expect(rateWindowOf({ ...heard, known })).toMatchObject({ requests: 1, periodMs: 60_000 });
  });
});

test.each<[string, Partial<RateLimit>]>([
  ['the limit', { limit: undefined }],
  ['the requests so far', { observed: undefined }],
  ['what is left', { remaining: undefined }],
  ['the end of the period', { resetAt: undefined }],
  ['a limit above zero', { limit: 0 }],
  ['any request, made or left,', { observed: 0, remaining: 0 }],
])('without %s no window is found', (_, missing) => {
  expect(allowed({ ...said(10, 1), ...missing })).toBeUndefined();
});

test('of numbers that no limit of GitLab shows at most a window of a day is made', () => {
  const numbers = fc.oneof(fc.nat({ max: 999_999_999_999 }), fc.nat({ max: 5000 }));
  const day = 86_400_000;
  fc.assert(
    fc.property(numbers, numbers, numbers, numbers, fc.boolean(), (limit, observed, remaining, leftMs, isRefused) => {
      const rateLimit = { ...said(10, 1), limit, observed, remaining, resetAt: NOW + leftMs };
      const { periodMs, requests, used, resetAt } = rateWindowOf({
        rateLimit,
        isRefused,
        known: undefined,
        now: NOW,
      }) ?? {
        periodMs: 1,
        requests: 1,
        used: 0,
        resetAt: NOW,
      };

      expect([periodMs > 0, periodMs <= day, requests > 0, used <= requests, resetAt <= NOW + day]).toEqual([
        true,
        true,
        true,
        true,
        true,
      ]);
    }),
  );
});
