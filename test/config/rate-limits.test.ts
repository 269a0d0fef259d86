import { expect, test } from 'vitest';
import { rateLimitNames, rateLimits } from '../../src/config/rate-limits.ts';

const read = (text: string): ReturnType<ReturnType<typeof rateLimits>['safeParse']> => rateLimits().safeParse(text);

test.each([
  ['api=2000/60s', [{ name: 'api', limit: { requests: 2000, periodMs: 60_000 } }]],
  ['search=off', [{ name: 'search', limit: undefined }]],
  [
    ' host=600/60s, notes=1/1s ,projects=2000/600s,',
    [
      { name: 'host', limit: { requests: 600, periodMs: 60_000 } },
      { name: 'notes', limit: { requests: 1, periodMs: 1000 } },
      { name: 'projects', limit: { requests: 2000, periodMs: 600_000 } },
    ],
  ],
  ['api=99999999/86400s', [{ name: 'api', limit: { requests: 99_999_999, periodMs: 86_400_000 } }]],
])('%j is read as %j', (text, limits) => {
  expect(read(text).data).toEqual(limits);
});

test.each([
  ['api', 'has an item "api" that is no rate limit'],
  ['api=', 'has an item "api="'],
  ['api=60', 'has an item "api=60"'],
  ['api=2000/60', 'has an item "api=2000/60"'],
  ['api=2000/1m', 'has an item "api=2000/1m"'],
  ['api=0/60s', 'has an item "api=0/60s"'],
  ['api=2000/0s', 'has an item "api=2000/0s"'],
  ['api=2000/86401s', 'at most a day'],
  ['api=-1/60s', 'has an item "api=-1/60s"'],
  ['api=1.5/60s', 'has an item "api=1.5/60s"'],
  ['api=1/60s notes=1/60s', 'write name=requests/seconds such as api=600/60s'],
  ['api=1/60s,serach=off', `names serach, which is no limit; the names are ${rateLimitNames.join(', ')}`],
  ['api=1/60s,notes=off,api=2/60s', 'names api twice; keep one of them'],
])('%j is refused: %s', (text, words) => {
  expect(read(text).error?.issues[0]?.message).toContain(words);
});
