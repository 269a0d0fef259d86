import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { Answer } from '../../src/queue/call.ts';
import { holdKey, settleKey } from '../../src/queue/replay-turn.ts';
import { createReplayedAsk } from '../../src/queue/replayed-ask.ts';
import { createMemoryReplays } from '../../src/queue/replays-memory.ts';
import { again, seal, write } from './replayed-write.ts';

const down = async (): Promise<never> => {
  throw new Error('connection lost');
};

describe('an idempotency key', () => {
  const ok: Answer = { ok: true, content: [] };
  const quiet = { signal: new AbortController().signal, onProgress: (): void => undefined };

  test('that cannot be looked up refuses the call: it is not asked', async () => {
    const replays = createMemoryReplays({ clock: Date.now });
    let asked = 0;
    const ask = createReplayedAsk({
      ask: async () => {
        asked += 1;
        return ok;
      },
      replays: { ...replays, begin: down },
      seal,
      now: Date.now,
    });

    await expect(ask(write(), quiet)).rejects.toThrow(/QUEUE_UNAVAILABLE: .* not started/u);
    expect(asked).toBe(0);
  });

  test.each(['BUSY', 'NO_WORKERS', 'QUEUE_UNAVAILABLE', 'SHUTTING_DOWN', 'CANCELLED'] as const)(
    'of a call that was not started (%s) is free again',
    async (code) => {
      const first = write();
      const replays = createMemoryReplays({ clock: Date.now });
      const ask = createReplayedAsk({
        ask: async ({ callId }) => {
          if (callId === first.callId) throw new Failure(code, 'no');
          return ok;
        },
        replays,
        seal,
        now: Date.now,
      });

      await expect(ask(first, quiet)).rejects.toThrow(code);
      await expect(ask(again(first), quiet)).resolves.toEqual(ok);
    },
  );

  test.each(['GITLAB_RATE_LIMITED', 'GITLAB_UNAVAILABLE', 'DEADLINE_EXCEEDED'] as const)(
    'of a call that waited again and was then turned away (%s) is free, without its API too',
    async (code) => {
      const replays = createMemoryReplays({ clock: Date.now });
      const desk = { replays, now: Date.now };
      const call = { id: 'first', replay: 'key', deadline: Date.now() + 8000 };
      const begin = { key: 'key', callId: 'first', fingerprint: 'f', grants: 'g', lifeMs: 9500 };
      await replays.begin(begin);
      await holdKey(desk, call, 'running');
      await holdKey(desk, call, 'waiting');
      await settleKey(desk, call, { answer: { ok: false, code, detail: '' }, sealed: Buffer.of() });

      await expect(replays.begin({ ...begin, callId: 'second' })).resolves.toEqual({ isFirst: true });
    },
  );

  describe('with something to do before the first call', () => {
    const replays = createMemoryReplays({ clock: Date.now });
    const asked: string[] = [];
    const ask = createReplayedAsk({
      ask: async ({ callId }) => {
        asked.push(callId);
        return ok;
      },
      replays,
      seal,
      now: Date.now,
    });
    const refused = {
      ...quiet,
      onFirst: (): never => {
        throw new Failure('OUTCOME_UNKNOWN', 'used before');
      },
    };

    test.each([{}, { replay: undefined }])(
      'is not asked where that fails, and leaves the key free (%j)',
      async (key) => {
        const first = write(key);
        const second = again(first);

        await expect(ask(first, refused)).rejects.toThrow('used before');
        await expect(ask(second, quiet)).resolves.toEqual(ok);
        expect(asked).not.toContain(first.callId);
        expect(asked).toContain(second.callId);
      },
    );

    test('does it not for a repeated one, which gets the first answer', async () => {
      const first = write();
      const { callId, replay: key = '' } = first;
      await ask(first, quiet);
      await replays.keep({ key, callId, answer: seal.seal(JSON.stringify(ok), `answer:${callId}`) });

      await expect(ask(first, refused)).resolves.toMatchObject({ ok: true, isReplayed: true });
    });
  });

  test('whose answer cannot be opened any more is no reason to write again', async () => {
    const replays = createMemoryReplays({ clock: Date.now });
    const ask = createReplayedAsk({ ask: async () => ok, replays, seal, now: Date.now });
    const first = write();
    const key = first.replay ?? '';
    await ask(first, quiet);
    await replays.keep({ key, callId: first.callId, answer: Buffer.from('of an older secret') });

    await expect(ask(again(first), quiet)).rejects.toThrow('OUTCOME_UNKNOWN');
  });
});
