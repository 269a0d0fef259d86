import { beforeEach, describe, expect, test } from 'vitest';
import type { Coordinator } from '../../src/queue/coordinator.ts';
import { rules } from '../../src/queue/scripts/rules.ts';
import { admission, entry, lesson, NOW } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

async function tagOf(coordinator: Coordinator, changes: Parameters<typeof admission>[0]): Promise<number> {
  const admitted = await coordinator.admit(admission(changes));
  if (!admitted.admitted) throw new Error('not admitted');
  return admitted.priority;
}

async function passTheHighest(api: Coordinator): Promise<number[]> {
  return Promise.all(Array.from({ length: 5 }, async () => tagOf(api, {})));
}

/** Which call comes first. */
export function ordersFairly(current: () => Pair): void {
  test('the first call has priority 1, for BullMQ serves priority 0 before all others', async () => {
    await expect(tagOf(current().api, {})).resolves.toBe(1);
  });

  test("a heavy user's calls keep their order, and a light user's call goes before nearly all of them", async () => {
    const { api } = current();
    const heavy = await Promise.all(Array.from({ length: 1000 }, async () => tagOf(api, {})));
    expect(heavy).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
    await expect(tagOf(api, { user: 'bob' })).resolves.toBe(1);
  });

  test('a newcomer comes just after the call that was started last', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    await worker.enter(entry({ priority: 400 }));
    await worker.enter(entry({ priority: 300 }));
    await expect(tagOf(api, { user: 'bob' })).resolves.toBe(401);
  });

  test('a call that only waits does not move the order', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await worker.enter(entry({ priority: 400, gates: [{ key: 'token' }] }));
    await expect(tagOf(api, {})).resolves.toBe(1);
  });

  test('what is done in bulk pays several turns for each call', async () => {
    const { api } = current();
    const bulk = { user: 'ann', flow: 'ann in bulk', step: 8 };
    await expect(Promise.all([1, 2, 3].map(async () => tagOf(api, bulk)))).resolves.toEqual([8, 16, 24]);
    await expect(tagOf(api, {})).resolves.toBe(1);
  });

  test('a number given beforehand is kept, and one that lags behind does not move the next call back', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    for (let started = 0; started < 20; started += 1) {
      // What a replica knows is of before the call that has just started.
      const foretold = Math.max(1, started);
      await tagOf(api, { foretold }); // oxlint-disable-line no-await-in-loop -- one after the other
      await worker.enter(entry({ priority: foretold })); // oxlint-disable-line no-await-in-loop -- as above
    }
    await expect(tagOf(api, { user: 'bob' })).resolves.toBe(20);
    await expect(tagOf(api, {})).resolves.toBe(20);
  });

  test('reads and writes are ordered apart', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    await worker.enter(entry({ priority: 400 }));
    await expect(tagOf(api, { kind: 'write' })).resolves.toBe(1);
  });

  describe('once the numbers are high', () => {
    const high = rules.idleTag + 1;
    const last = admission({ user: 'eve' });

    beforeEach(async () => {
      const { api, worker } = current();
      await api.admit(last);
      await worker.enter(entry({ priority: rules.tagWindow }));
      await worker.enter(entry({ priority: high }));
    });

    test('they go on while a call is outstanding, for what waits would never come before new ones', async () => {
      const { api } = current();
      await expect(tagOf(api, {})).resolves.toBe(high + 1);
      await api.leave(last);
      await expect(tagOf(api, {})).resolves.toBe(high + 2);
    });

    test('they start again at 1, for everybody, as soon as no call is outstanding', async () => {
      const { api, worker } = current();
      const bob = admission({ user: 'bob' });
      await expect(api.admit(bob)).resolves.toMatchObject({ priority: high + 1, virtualTime: high });
      await api.leave(bob);
      await api.leave(last);
      await expect(api.admit(admission())).resolves.toMatchObject({ priority: 1, virtualTime: 0 });
      await expect(tagOf(api, { user: 'bob' })).resolves.toBe(1);
      await worker.enter(entry({ priority: high + 1 }));
      await expect(tagOf(api, { user: 'joe' })).resolves.toBe(1);
    });
  });

  describe('near the highest priority of BullMQ', () => {
    const near = rules.maxTag - 3;

    beforeEach(async () => {
      const { api, worker } = current();
      // It stays outstanding, or the numbers would start again sooner.
      await api.admit(admission({ user: 'eve' }));
      await worker.enter(entry({ priority: rules.tagWindow }));
      await worker.enter(entry({ priority: near }));
    });

    test('the numbers start again at 1', async () => {
      await expect(passTheHighest(current().api)).resolves.toEqual([near + 1, near + 2, near + 3, 1, 2]);
    });

    test('another user starts again with them', async () => {
      const { api } = current();
      await expect(tagOf(api, { user: 'bob' })).resolves.toBe(near + 1);
      await passTheHighest(api);
      await expect(tagOf(api, { user: 'bob' })).resolves.toBe(1);
    });

    test('an old call that starts late does not bring the high numbers back', async () => {
      const { api, worker } = current();
      await passTheHighest(api);
      await worker.enter(entry({ priority: near + 1 }));
      await expect(tagOf(api, { user: 'bob' })).resolves.toBe(1);
    });
  });
}
