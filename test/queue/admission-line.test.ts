import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { createAdmissionLine } from '../../src/queue/admission-line.ts';
import type { AdmissionLine } from '../../src/queue/admission-line.ts';

type Entered = Awaited<ReturnType<AdmissionLine['enter']>>;

const LATER = 60_000;
let line: AdmissionLine;
let begun: { readonly name: string; readonly done: Entered['done'] }[];

beforeEach(() => {
  vi.useFakeTimers();
  line = createAdmissionLine({ now: Date.now, atOnce: 2 });
  begun = [];
});

afterEach(() => {
  vi.useRealTimers();
});

interface Manner {
  readonly deadline?: number;
  readonly signal?: AbortSignal;
}

/** The first letter is the flow. Resolves with how the wait ended. */
async function enter(name: string, { deadline = Date.now() + LATER, signal }: Manner = {}): Promise<string> {
  const asker = { flow: name.slice(0, 1), deadline, signal: signal ?? new AbortController().signal };
  return line.enter(asker).then(
    ({ done }) => {
      begun.push({ name, done });
      return 'begun';
    },
    (error: unknown) => (error instanceof Failure ? error.code : String(error)),
  );
}

const settle = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(0);
};

/** Ends the calls under way, one by one, until none is left. */
async function finish(): Promise<readonly string[]> {
  const names: string[] = [];
  for (let next = begun.shift(); next !== undefined; next = begun.shift()) {
    names.push(next.name);
    next.done();
    await settle(); // oxlint-disable-line no-await-in-loop -- one after the other
  }
  return names;
}

test('no more than so many calls are on their way at once', async () => {
  const waits = ['a1', 'a2', 'a3', 'a4'].map(async (name) => enter(name));
  await settle();
  expect(begun.map(({ name }) => name)).toEqual(['a1', 'a2']);
  await finish();
  await expect(Promise.all(waits)).resolves.toEqual(['begun', 'begun', 'begun', 'begun']);
});

test('a light caller next to 2,000 calls of a heavy one is next but one, and nobody is lost', async () => {
  const heavy = Array.from({ length: 2000 }, async (_, at) => enter(`h${String(at)}`));
  await settle();
  const light = [enter('l1'), enter('l2')];
  await settle();
  const order = await finish();
  await Promise.all([...heavy, ...light]);
  expect(order).toHaveLength(2002);
  expect(order.slice(0, 7)).toEqual(['h0', 'h1', 'h2', 'l1', 'h3', 'l2', 'h4']);
});

test('a call that was cancelled or waited until its deadline has no turn', async () => {
  const client = new AbortController();
  const [, , cancelled, late, good] = [
    enter('a1'),
    enter('a2'),
    enter('a3', { signal: client.signal }),
    enter('a4', { deadline: Date.now() + 500 }),
    enter('a5'),
  ];
  await settle();
  client.abort();
  await expect(cancelled).resolves.toBe('CANCELLED');
  await expect(enter('a6', { signal: client.signal })).resolves.toBe('CANCELLED');
  await vi.advanceTimersByTimeAsync(500);
  await expect(late).resolves.toBe('DEADLINE_EXCEEDED');
  await expect(finish()).resolves.toEqual(['a1', 'a2', 'a5']);
  await expect(good).resolves.toBe('begun');
});

test('nobody waits once the queue is known to be gone, and the next calls try again', async () => {
  const waits = ['a1', 'a2', 'a3', 'b1'].map(async (name) => enter(name));
  await settle();
  line.dismiss(new Failure('QUEUE_UNAVAILABLE', 'gone'));
  await expect(Promise.all(waits)).resolves.toEqual(['begun', 'begun', 'QUEUE_UNAVAILABLE', 'QUEUE_UNAVAILABLE']);
  await finish();
  await expect(enter('a4')).resolves.toBe('begun');
});
