import { expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { Reserved } from '../../src/queue/coordinator.ts';
import { Later } from '../../src/queue/turn.ts';
import { waitForSlot } from '../../src/worker/pace.ts';

const gates = [{ key: 'token' }];

interface Waited {
  readonly error: unknown;
  readonly asked: readonly unknown[];
  readonly progress: readonly string[];
}

/** Asks for a place under gates that answer like this, one after the other, and then let it go. */
async function wait(answers: readonly Reserved[], mayComeAgain = true): Promise<Waited> {
  const left = [...answers];
  const asked: unknown[] = [];
  const progress: string[] = [];
  const turn = {
    progress: (message: string) => void progress.push(message),
    reserve: async (asking: unknown) => {
      asked.push(asking);
      return left.shift() ?? ({ verdict: 'go' } as const);
    },
  };
  const { signal } = new AbortController();
  const error: unknown = await waitForSlot({ turn, gates, signal, mayComeAgain: () => mayComeAgain }).catch(
    (reason: unknown) => reason,
  );
  return { error, asked, progress };
}

test('goes at once where there is a place', async () => {
  expect(await wait([])).toEqual({ error: undefined, asked: [gates], progress: [] });
});

test('asks again after each short wait, and says nothing of it', async () => {
  const short = [5, 1, 0].map((waitMs) => ({ verdict: 'wait', waitMs }) as const);

  expect(await wait(short)).toEqual({ error: undefined, asked: [gates, gates, gates, gates], progress: [] });
});

test('gives its place back for a wait of a second, and says how long it is', async () => {
  const { error, asked, progress } = await wait([{ verdict: 'wait', waitMs: 11_200 }]);

  expect(error).toBeInstanceOf(Later);
  expect(error).toMatchObject({ waitMs: 11_200 });
  expect(asked).toHaveLength(1);
  expect(progress).toEqual(['GitLab allows the next call in 12 s']);
});

test('waits where it is when it must not come again', async () => {
  const { error, asked, progress } = await wait([{ verdict: 'wait', waitMs: 1000 }], false);

  expect([error, asked.length, progress]).toEqual([undefined, 2, ['GitLab allows the next call in 1 s']]);
});

test.each([
  ['limited', 90_000, 'GITLAB_RATE_LIMITED', /before its deadline; call again in 90 s/u],
  ['unavailable', 4200, 'GITLAB_UNAVAILABLE', /not asked for now; call again in 5 s/u],
] as const)('is told at once where the gates say %s', async (verdict, waitMs, code, words) => {
  const { error, asked } = await wait([
    { verdict: 'wait', waitMs: 1 },
    { verdict, waitMs },
  ]);

  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ code, detail: expect.stringMatching(words), retryAfterMs: waitMs });
  expect(asked).toHaveLength(2);
});

test('a deadline that passes while a call waits for its slot is told as such', async () => {
  const deadline = new AbortController();
  const turn = { progress: () => undefined, reserve: async () => ({ verdict: 'wait', waitMs: 60_000 }) as const };
  const waiting = waitForSlot({ turn, gates, signal: deadline.signal, mayComeAgain: () => false });
  deadline.abort(new Failure('DEADLINE_EXCEEDED', 'The call was not finished before its deadline'));

  await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});
