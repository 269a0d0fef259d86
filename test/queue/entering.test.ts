import { describe, expect, test } from 'vitest';
import type { Gate } from '../../src/gate.ts';
import { createMemoryCoordinator } from '../../src/queue/coordinator-memory.ts';
import type { Coordinator, Entered, Entry } from '../../src/queue/coordinator.ts';
import { entering } from '../../src/queue/entering.ts';
import { packed, ticket } from './hand-over-bench.ts';

type Arrival = Parameters<typeof entering>[1];

const host: Gate = { key: 'host', limit: { requests: 10, periodMs: 1000 } };
const token: Gate = { key: 'token', limit: undefined, asksFirst: true };
const route: Gate = { key: 'route' };
const gates = [host, token];

const arrival = (changes: Partial<Arrival> = {}): Arrival => ({
  callId: 'call1',
  kind: 'write',
  ticket: ticket({ entry: packed({ kind: 'write', gates }), deadline: 9 }),
  priority: 3,
  handed: { entered: { verdict: 'go' }, claimant: 'delivery1', isCached: undefined },
  foreseen: { host: 'gitlab', gates },
  ...changes,
});

/** What the worker is told, and what it asked the coordinator. */
async function enter(changes?: Partial<Arrival>): Promise<{ readonly entered: Entered; readonly asked: Entry[] }> {
  const asked: Entry[] = [];
  const coordinator: Coordinator = {
    ...createMemoryCoordinator(),
    enter: async (entry) => {
      asked.push(entry);
      return { verdict: 'wait', waitMs: 7 };
    },
  };
  return { entered: await entering({ coordinator, worker: 'worker1', now: () => 5 }, arrival(changes)), asked };
}

const changed = (entry: string | undefined): Partial<Arrival> => ({ ticket: ticket({ entry }) });

describe('a call that was handed over', () => {
  test('goes where this worker would have asked the same', async () => {
    await expect(enter()).resolves.toEqual({ entered: { verdict: 'go' }, asked: [] });
  });

  test('goes where it has passed a gate more than this worker knows of', async () => {
    await expect(enter({ foreseen: { host: 'gitlab', gates: [token] } })).resolves.toEqual({
      entered: { verdict: 'go' },
      asked: [],
    });
  });

  test('asks at a gate that only this worker knows of, under the name of its delivery', async () => {
    const { entered, asked } = await enter({ foreseen: { host: 'gitlab', gates: [...gates, route] } });
    expect(entered).toEqual({ verdict: 'wait', waitMs: 7 });
    expect(asked).toEqual([
      {
        callId: 'call1',
        kind: 'write',
        api: 'api1',
        host: 'gitlab',
        gates: [route],
        deadline: 9,
        priority: 3,
        claimant: 'delivery1',
        now: 5,
      },
    ]);
  });

  test.each<[string, Gate]>([
    ['requests', { key: 'host', limit: { requests: 9, periodMs: 1000 } }],
    ['period', { key: 'host', limit: { requests: 10, periodMs: 2000 } }],
    ['presence', { key: 'host' }],
  ])('asks at a gate whose limit differs in its %s', async (_, other) => {
    const { asked } = await enter({ foreseen: { host: 'gitlab', gates: [other, token] } });
    expect(asked).toMatchObject([{ gates: [other], claimant: 'delivery1' }]);
  });

  test.each<Entered>([
    { verdict: 'wait', waitMs: 9 },
    { verdict: 'limited', waitMs: 9 },
    { verdict: 'unavailable', waitMs: 9 },
    { verdict: 'expired' },
    { verdict: 'cancelled' },
    { verdict: 'orphan' },
    { verdict: 'claimed' },
  ])('that may not go hears $verdict, also where this worker would have asked more', async (verdict) => {
    const handed = { entered: verdict, claimant: 'delivery1', isCached: undefined };
    const more = { host: 'gitlab', gates: [...gates, route] };
    await expect(enter({ handed })).resolves.toEqual({ entered: verdict, asked: [] });
    await expect(enter({ handed, foreseen: more })).resolves.toEqual({ entered: verdict, asked: [] });
  });
});

describe('asks for everything', () => {
  test("a call that entered as another GitLab's, whatever was said then", async () => {
    const other = changed(packed({ kind: 'write', host: 'other', gates }));
    const refused = {
      entered: { verdict: 'unavailable', waitMs: 9 },
      claimant: 'delivery1',
      isCached: undefined,
    } as const;
    for (const { asked } of [await enter(other), await enter({ ...other, handed: refused })])
      expect(asked).toMatchObject([{ host: 'gitlab', gates, claimant: 'delivery1' }]);
  });

  test('a write that entered as a read, which has claimed nothing', async () => {
    const read = { entered: { verdict: 'go' }, claimant: '', isCached: undefined } as const;
    const { asked } = await enter({ ...changed(packed({ kind: 'read', gates })), handed: read });
    expect(asked).toMatchObject([{ gates, claimant: expect.stringMatching(/^worker1:/u) }]);
  });

  test('a call with which nothing was handed over, under a fresh name each time', async () => {
    const [first, second] = [await enter({ handed: undefined }), await enter({ handed: undefined })];
    expect([...first.asked, ...second.asked]).toMatchObject([{ gates }, { gates }]);
    expect(first.asked[0]?.claimant).toMatch(/^worker1:/u);
    expect(first.asked[0]?.claimant).not.toBe(second.asked[0]?.claimant);
  });

  test('a call whose ticket says nothing', async () => {
    const { asked } = await enter(changed(undefined));
    expect(asked).toMatchObject([{ gates, claimant: 'delivery1' }]);
  });
});
