import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Beginning, Replays } from '../../src/queue/replays.ts';

/** Two that see the same keys, as an API replica's and a worker's do. */
export interface ReplaysPair {
  readonly one: Replays;
  readonly other: Replays;
  /** Lets so much time pass for the keys. */
  readonly pass: (ms: number) => Promise<void>;
}

const beginning = (changes: Partial<Beginning> = {}): Beginning => ({
  key: randomUUID(),
  callId: 'first',
  fingerprint: 'same',
  grants: 'all',
  lifeMs: 60_000,
  ...changes,
});

const answer = Buffer.from([0, 255, 13, 10, 128]);

/** What keeps the idempotency keys does this, whatever it keeps them in. */
export function replays(current: () => ReplaysPair): void {
  test('a key is the first call’s, and the second one hears whose, of what and with which grants', async () => {
    const { one, other } = current();
    const first = beginning();

    await expect(one.begin(first)).resolves.toEqual({ isFirst: true });
    await expect(other.begin({ ...first, callId: 'second', fingerprint: 'new', grants: 'few' })).resolves.toMatchObject(
      {
        isFirst: false,
        callId: 'first',
        fingerprint: 'same',
        grants: 'all',
      },
    );
    await expect(other.begin(beginning())).resolves.toEqual({ isFirst: true });
  });

  test('of twenty calls at once one is first', async () => {
    const { one, other } = current();
    const { key } = beginning();
    const calls = Array.from({ length: 20 }, async (_, at) =>
      (at % 2 === 0 ? one : other).begin(beginning({ key, callId: String(at) })),
    );

    expect((await Promise.all(calls)).filter(({ isFirst }) => isFirst)).toHaveLength(1);
  });

  test('a repeated call is not first, even under the first one’s own id', async () => {
    const { one, other } = current();
    const first = beginning();
    await one.begin(first);

    await expect(other.begin(first)).resolves.toMatchObject({ isFirst: false });
  });

  test('the first call’s answer is there for all others, byte by byte', async () => {
    const { one, other } = current();
    const first = beginning();
    await one.begin(first);
    await expect(other.begin(first)).resolves.not.toMatchObject({ answer: expect.anything() });
    await other.hold({ ...first, phase: 'running' });
    await other.keep({ ...first, answer });

    await expect(one.begin(first)).resolves.toMatchObject({ callId: 'first', answer });
  });

  test('nobody but the holder holds, keeps or releases', async () => {
    const { one, other } = current();
    const first = beginning();
    const stranger = { ...first, callId: 'stranger' };
    await one.begin(first);

    await expect(other.hold({ ...stranger, phase: 'running' })).resolves.toBe(false);
    await other.keep({ ...stranger, answer });
    await other.release({ ...stranger, phase: 'waiting' });
    const begun = await one.begin(stranger);
    expect(begun).toMatchObject({ isFirst: false, callId: 'first' });
    expect(begun).not.toMatchObject({ answer: expect.anything() });
  });

  test('a key that was released is free, and its old holder may not run any more', async () => {
    const { one, other } = current();
    const first = beginning();
    await one.begin(first);
    await one.release({ ...first, phase: 'waiting' });

    await expect(other.hold({ ...first, phase: 'running' })).resolves.toBe(false);
    await expect(one.begin({ ...first, callId: 'second' })).resolves.toEqual({ isFirst: true });
  });

  test('a call that runs is not released by who thinks that it waits', async () => {
    const { one, other } = current();
    const first = beginning();
    await one.begin(first);
    await other.hold({ ...first, phase: 'running' });
    await one.release({ ...first, phase: 'waiting' });
    await expect(one.begin(first)).resolves.toMatchObject({ isFirst: false });
    await other.hold({ ...first, phase: 'waiting' });
    await one.release({ ...first, phase: 'waiting' });

    await expect(one.begin(first)).resolves.toEqual({ isFirst: true });
  });

  test.each(['waiting', 'running'] as const)(
    'a call that is %s is released by who knows that it ended',
    async (phase) => {
      const { one, other } = current();
      const first = beginning();
      await one.begin(first);
      await other.hold({ ...first, phase });
      await other.release({ key: first.key, callId: 'stranger' });
      await expect(one.begin(first)).resolves.toMatchObject({ isFirst: false });
      await other.release({ key: first.key, callId: 'first' });

      await expect(one.begin(first)).resolves.toEqual({ isFirst: true });
    },
  );

  test.each([{ phase: 'waiting' }, {}] as const)('an answer that was kept is not released (%j)', async (phase) => {
    const { one } = current();
    const { key, callId, ...first } = beginning();
    await one.begin({ key, callId, ...first });
    await one.keep({ key, callId, answer });
    await one.release({ key, callId, ...phase });

    await expect(one.begin({ key, callId, ...first })).resolves.toMatchObject({ answer });
  });

  test('a key lives as long as asked, and longer once its call runs', async () => {
    const { one, other, pass } = current();
    const [idle, busy] = [beginning({ lifeMs: 60 }), beginning({ lifeMs: 60 })];
    await Promise.all([idle, busy].map(async (call) => one.begin(call)));
    await other.hold({ ...busy, phase: 'running', lifeMs: 60_000 });
    await other.hold({ ...busy, phase: 'waiting', lifeMs: 1 });
    await pass(100);

    await expect(one.begin(busy)).resolves.toMatchObject({ isFirst: false });
    await expect(other.hold({ ...idle, phase: 'running' })).resolves.toBe(false);
    await expect(one.begin(idle)).resolves.toEqual({ isFirst: true });
  });

  test('what is kept of an unknown key is kept nowhere', async () => {
    const { one, other } = current();
    const first = beginning();
    await other.keep({ ...first, answer });

    await expect(one.begin(first)).resolves.toEqual({ isFirst: true });
  });
}
