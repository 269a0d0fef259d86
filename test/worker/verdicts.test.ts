import { beforeEach, expect, test } from 'vitest';
import type { FailureCode } from '../../src/errors.ts';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import { createVerdicts } from '../../src/worker/verdicts.ts';
import type { Verdicts } from '../../src/worker/verdicts.ts';

let now: number;
let said: boolean[];
let verdicts: Verdicts;
const judge = { judge: async (ok: boolean) => void said.push(ok) };

beforeEach(() => {
  now = 0;
  said = [];
  verdicts = createVerdicts({ now: () => now });
});

const failure = (code: FailureCode, status?: number): GitLabFailure =>
  new GitLabFailure(code, 'words', { acted: 'maybe', status });

test.each<[string, readonly boolean[], unknown]>([
  ['500', [], failure('GITLAB_FAILED', 500)],
  ['501', [], failure('GITLAB_FAILED', 501)],
  ['502', [false], failure('GITLAB_FAILED', 502)],
  ['503', [false], failure('GITLAB_FAILED', 503)],
  ['504', [false], failure('GITLAB_FAILED', 504)],
  ['no connection', [false], failure('GITLAB_UNREACHABLE')],
  ['a web page, or an answer that breaks off', [], failure('GITLAB_UNREACHABLE', 200)],
  ['silence', [false], failure('GITLAB_TIMEOUT')],
  ['an answer that stops midway', [], failure('GITLAB_TIMEOUT', 200)],
  ['404', [true], failure('GITLAB_NOT_FOUND', 404)],
  ['401', [true], failure('GITLAB_UNAUTHORIZED', 401)],
  ['a redirect', [true], failure('GITLAB_REDIRECTED', 301)],
  ['429', [true], failure('GITLAB_RATE_LIMITED', 429)],
  ['a cancelled call', [], failure('CANCELLED')],
  ['a deadline', [], failure('DEADLINE_EXCEEDED')],
  ['an error of ours', [], new Error('x')],
])('%s says of GitLab whether it works: %j', (_, expected, error) => {
  verdicts.failed(judge, error);

  expect(said).toEqual(expected);
});

test('that GitLab works is said once a second', () => {
  for (now = 0; now <= 2500; now += 100) verdicts.answered(judge);

  expect(said).toEqual([true, true, true]);
});

test('each failure is said, and at once that GitLab works again', () => {
  verdicts.answered(judge);
  verdicts.failed(judge, failure('GITLAB_FAILED', 502));
  verdicts.failed(judge, failure('GITLAB_FAILED', 502));
  verdicts.answered(judge);
  verdicts.answered(judge);

  expect(said).toEqual([true, false, false, true]);
});

async function gone(): Promise<void> {
  throw new Error('Redis is gone');
}

test('a coordinator that cannot be reached is no trouble of the call', () => {
  expect(() => {
    verdicts.answered({ judge: gone });
  }).not.toThrow();
});
