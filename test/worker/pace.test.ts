import { expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { Turn } from '../../src/queue/turn.ts';
import { waitForSlot } from '../../src/worker/pace.ts';

const turn: Turn = {
  signal: new AbortController().signal,
  progress: () => undefined,
  reserve: async () => ({ verdict: 'wait', waitMs: 60_000 }),
  learn: async () => undefined,
};

test('a deadline that passes while a call waits for its slot is told as such', async () => {
  const deadline = new AbortController();
  const waiting = waitForSlot({ turn, signal: deadline.signal, mayComeAgain: false });
  deadline.abort(new Failure('DEADLINE_EXCEEDED', 'The call was not finished before its deadline'));

  await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});
