import { describe, expect, test } from 'vitest';
import { readPage, readRateLimit } from '../../src/gitlab/headers.ts';

const now = Date.parse('2026-04-01T00:00:00Z');
const none = {
  name: undefined,
  limit: undefined,
  observed: undefined,
  remaining: undefined,
  resetAt: undefined,
  retryAfterMs: undefined,
};

const names = ['limit', 'observed', 'remaining', 'reset'].map((name) => `ratelimit-${name}`);
const all = (value: string, of: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(of.map((name) => [name, value]));

describe('readRateLimit', () => {
  test('reads the headers of the request throttle', () => {
    const headers = {
      'ratelimit-name': 'throttle_authenticated_api',
      'ratelimit-limit': '2000',
      'ratelimit-observed': '1',
      'ratelimit-remaining': '1999',
      'ratelimit-reset': '1775001660',
      'retry-after': '12',
    };
    expect(readRateLimit(headers, now)).toEqual({
      name: 'throttle_authenticated_api',
      limit: 2000,
      observed: 1,
      remaining: 1999,
      resetAt: 1_775_001_660_000,
      retryAfterMs: 12_000,
    });
  });

  test('finds nothing where nothing is said', () => {
    expect(readRateLimit({}, now)).toEqual(none);
  });

  test.each(['', 'soon', 'soon, later', '1e3', '9'.repeat(30), 'Infinity', ' ', '0x10', ',', '12;w=60'])(
    'takes %j for nothing',
    (value) => {
      expect(readRateLimit(all(value, [...names, 'retry-after']), now)).toEqual(none);
    },
  );

  test.each(['-1', '1.5', '12, 13', '12, 12;w=60'])('takes RateLimit-* of %j for nothing', (value) => {
    expect(readRateLimit(all(value, names), now)).toEqual(none);
  });

  test('reads what a proxy has doubled', () => {
    const headers = { ...all('12, 12', names), 'ratelimit-name': 'throttle_a, throttle_a', 'ratelimit-reset': '30,30' };
    expect(readRateLimit(headers, now)).toEqual({
      ...none,
      name: 'throttle_a',
      limit: 12,
      observed: 12,
      remaining: 12,
      resetAt: now + 30_000,
    });
  });

  test.each([
    ['1775001660', 1_775_001_660_000],
    ['30', now + 30_000],
    ['0', now],
  ])('reads RateLimit-Reset %j as the moment %i', (value, resetAt) => {
    expect(readRateLimit({ 'ratelimit-reset': value }, now).resetAt).toBe(resetAt);
  });

  test.each(['', 'a b', '<script>', 'x'.repeat(101)])('takes the name %j for none', (name) => {
    expect(readRateLimit({ 'ratelimit-name': name }, now).name).toBeUndefined();
  });

  test.each([
    ['0', 0],
    ['60', 60_000],
    ['Wed, 01 Apr 2026 00:01:00 GMT', 60_000],
    ['Wed, 01 Apr 2026 01:01:00 +0100', 60_000],
    ['Tue, 31 Mar 2026 23:00:00 GMT', 0],
    ['Wed, 99 Apr 2026 00:01:00 GMT', undefined],
    ['30, 30', 30_000],
    ['5,60 , 30', 60_000],
    ['soon, 5', undefined],
    ['5, soon', 5000],
    ['5, Wed, 01 Apr 2026 00:01:00 GMT', 60_000],
    ['Wed, 01 Apr 2026 00:00:02 GMT, Wed, 01 Apr 2026 00:01:00 GMT, 5', 60_000],
    ['1.5', 2000],
    ['0.2', 1000],
    ['-5', 0],
    ['-0.5', 0],
  ])('reads Retry-After %j as %s ms', (value, retryAfterMs) => {
    expect(readRateLimit({ 'retry-after': value }, now).retryAfterMs).toBe(retryAfterMs);
  });
});

describe('readPage', () => {
  test('reads offset pagination', () => {
    const headers = {
      'x-page': '2',
      'x-per-page': '20',
      'x-next-page': '3',
      'x-prev-page': '1',
      'x-total': '47',
      'x-total-pages': '3',
    };
    expect(readPage(headers)).toEqual({ page: 2, perPage: 20, nextPage: 3, total: 47, totalPages: 3 });
  });

  test('finds no next page and no totals at the end of a list of more than 10,000 rows', () => {
    expect(readPage({ 'x-page': '700', 'x-per-page': '20', 'x-next-page': '' })).toEqual({ page: 700, perPage: 20 });
  });

  test('finds nothing where nothing is said', () => {
    expect(readPage({})).toEqual({});
  });

  const next = 'https://gitlab.example.com/api/v4/projects?cursor=eyJpZCI6IjQyIn0&labels=a,b;c&pagination=keyset';

  test.each([
    ['alone', `<${next}>; rel="next"`],
    ['among others', `<https://x/?page=1>; rel="prev", <${next}>; rel="next", <https://x/>; rel="first"`],
    ['without quotes', `<${next}>;rel=next`],
    ['among relations', `<${next}>; rel="collection next"`],
    ['after another parameter', `<${next}>; title="a, b"; rel="next"`],
    ['in capitals', `<${next}>; REL="NEXT"`],
  ])('reads the next link %s', (_, link) => {
    expect(readPage({ link }).nextLink).toBe(next);
  });

  test.each([
    '',
    'garbage',
    '<>; rel="next"',
    `<${next}>`,
    `<${next}>; rel="nextish"`,
    `<${next}>; rel="prev"`,
    '<<<>>>',
  ])('finds no next link in %j', (link) => {
    expect(readPage({ link })).toEqual({});
  });
});
