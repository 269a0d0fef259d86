import { expect, test } from 'vitest';
import { createTokenCheck } from '../../src/api/oauth/token-check.ts';
import type { TokenCheck } from '../../src/api/oauth/token-check.ts';
import type { TokenInfo } from '../../src/api/oauth/token-info.ts';

const good: TokenInfo = { application: 'ours', scopes: ['api'], expiresInMs: 7_200_000 };

interface Bench {
  readonly check: TokenCheck['check'];
  readonly forget: TokenCheck['forget'];
  /** The tokens that GitLab was asked about, in order. */
  readonly asked: readonly string[];
  readonly step: (ms: number) => void;
}

/** A check before a GitLab that gives the same answer to everything, or fails. */
function createBench(answer: TokenInfo | Error | undefined): Bench {
  const asked: string[] = [];
  let now = 1_000_000;
  const { check, forget } = createTokenCheck({
    ask: async (token) => {
      asked.push(token);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    applicationIds: ['ours', 'ours too'],
    now: () => now,
  });
  return {
    check,
    forget,
    asked,
    step: (ms) => {
      now += ms;
    },
  };
}

test.each<[string, TokenInfo | undefined, object]>([
  ['of our application', good, { isGood: true, scopes: ['api'] }],
  ['of our other application', { ...good, application: 'ours too' }, { isGood: true }],
  ['that never expires', { ...good, expiresInMs: undefined }, { isGood: true }],
  [
    'of a foreign application',
    { ...good, application: 'theirs' },
    { isGood: false, reason: expect.stringMatching(/application that is not for this server/u) },
  ],
  ['that has expired', { ...good, expiresInMs: 0 }, { isGood: false, reason: expect.stringMatching(/has expired/u) }],
  [
    'that GitLab does not know',
    undefined,
    { isGood: false, reason: expect.stringMatching(/GitLab does not know the token/u) },
  ],
])('a token %s is judged', async (_, answer, verdict) => {
  expect(await createBench(answer).check('t')).toMatchObject(verdict);
});

test.each<[string, TokenInfo | undefined, number]>([
  ['a good token for a minute', good, 60_000],
  ['a good token no longer than it lives', { ...good, expiresInMs: 7000 }, 7000],
  ['a bad token for five seconds', undefined, 5000],
  ['a foreign token for five seconds', { ...good, application: 'theirs' }, 5000],
])('remembers %s', async (_, answer, forMs) => {
  const { check, asked, step } = createBench(answer);
  await check('t');
  step(forMs - 1);
  await check('t');
  expect(asked).toHaveLength(1);

  step(1);
  await check('t');
  expect(asked).toHaveLength(2);
});

test('checks of one token at the same time share one request', async () => {
  const { check, asked } = createBench(good);
  await Promise.all([check('t'), check('t'), check('u'), check('t')]);

  expect(asked).toEqual(['t', 'u']);
});

test('remembers no failure to ask', async () => {
  const { check, asked } = createBench(new Error('no GitLab'));
  await expect(Promise.all([check('t'), check('t')])).rejects.toThrow('no GitLab');
  await expect(check('t')).rejects.toThrow('no GitLab');

  expect(asked).toHaveLength(2);
});

test('asks again about a token that was forgotten', async () => {
  const { check, forget, asked } = createBench(good);
  await check('t');
  forget('t');
  await check('t');

  expect(asked).toHaveLength(2);
});

test('remembers a thousand tokens, those used last', async () => {
  const { check, asked } = createBench(good);
  const names = Array.from({ length: 1000 }, (_, index) => `t${String(index)}`);
  for (const name of names) await check(name); // oxlint-disable-line no-await-in-loop -- their order is the matter
  await check('t0');
  expect(asked).toHaveLength(1000);

  await check('one more');
  await check('t0');
  expect(asked).toHaveLength(1001);

  await check('t1');
  expect(asked.slice(1000)).toEqual(['one more', 't1']);
});

test('checks no more than a thousand tokens at the same time', async () => {
  const { check, asked } = createBench(good);
  const all = Array.from({ length: 1001 }, async (_, index) => check(`t${String(index)}`));

  expect((await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { status: 503 } },
  ]);
  expect(asked).toHaveLength(1000);
});
