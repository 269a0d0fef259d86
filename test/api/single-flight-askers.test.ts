import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { FailureCode } from '../../src/errors.ts';
import { failed, queue, said, settle } from './single-flight-bench.ts';
import type { Asker, Queue, Sent } from './single-flight-bench.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('progress', () => {
  test('goes to everybody, and who comes later hears the last word first', async () => {
    const { ask, sent } = queue();
    const first = ask();
    await settle();
    sent[0]?.progress('one');
    sent[0]?.progress('two');
    const second = ask();
    await settle();
    sent[0]?.progress('three');

    expect(first.progress).toEqual(['one', 'two', 'three']);
    expect(second.progress).toEqual(['two', 'three']);
  });

  test('does not go to who has left', async () => {
    const { ask, sent } = queue();
    const client = new AbortController();
    const first = ask({}, client.signal);
    ask();
    await settle();
    client.abort();
    sent[0]?.progress('one');

    expect(first.progress).toEqual([]);
  });
});

describe('a cancel', () => {
  test.each([
    ['first', 0],
    ['second', 1],
  ])('of the %s asker falls on nobody else', async (_, who) => {
    const { ask, sent } = queue();
    const clients = [new AbortController(), new AbortController()];
    const askers = clients.map(({ signal }) => ask({}, signal));
    await settle();
    clients[who]?.abort();
    await settle();
    const isAborted = sent[0]?.signal.aborted;
    sent[0]?.answer(said('seven'));
    await settle();

    expect(isAborted).toBe(false);
    expect(askers[who]?.outcome()).toBe('CANCELLED');
    expect(askers[1 - who]?.outcome()).toBe('seven');
  });

  test('of the last asker cancels the question, which nobody joins any more', async () => {
    const { ask, sent } = queue();
    const clients = [new AbortController(), new AbortController()];
    const askers = clients.map(({ signal }) => ask({}, signal));
    await settle();
    for (const client of clients) client.abort();
    ask();
    await settle();

    expect(sent.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(askers.map(({ outcome }) => outcome())).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('before the question asks nothing of the others', async () => {
    const { ask, sent } = queue();
    ask({}, AbortSignal.abort());
    const second = ask();
    await settle();
    sent[1]?.answer(said('seven'));
    await settle();

    expect(second.outcome()).toBe('seven');
  });
});

describe('a deadline', () => {
  test('that is earlier than that of the question ends the wait, and nothing else', async () => {
    const { ask, sent } = queue();
    const first = ask();
    const second = ask({ deadline: Date.now() + 2000 });
    await vi.advanceTimersByTimeAsync(1999);
    const before = second.outcome();
    await vi.advanceTimersByTimeAsync(1);
    const after = second.outcome();
    sent[0]?.answer(said('seven'));
    await settle();

    expect([before, after, first.outcome()]).toEqual([undefined, 'DEADLINE_EXCEEDED', 'seven']);
  });

  test('of its own is left to the question', async () => {
    const { ask, sent } = queue();
    const only = ask({ deadline: Date.now() + 2000 });
    await vi.advanceTimersByTimeAsync(3000);
    sent[0]?.answer(said('late, but in time for the queue'));
    await settle();

    expect(only.outcome()).toBe('late, but in time for the queue');
  });
});

type Event = (queue: Queue, state: { readonly askers: Asker[]; readonly clients: AbortController[] }) => void;

const codes = fc.constantFrom<FailureCode>('BUSY', 'CANCELLED', 'SHUTTING_DOWN', 'GITLAB_FAILED', 'DEADLINE_EXCEEDED');
const event: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({
      args: fc.record({ iid: fc.integer({ min: 1, max: 2 }) }),
      kind: fc.constantFrom('read' as const, 'read' as const, 'write' as const),
      noCache: fc.constantFrom(false, false, true),
      inMs: fc.integer({ min: 1, max: 20_000 }),
    })
    .map(({ inMs, ...changes }): Event => ({ ask }, { askers, clients }) => {
      const client = new AbortController();
      clients.push(client);
      askers.push(ask({ ...changes, deadline: Date.now() + inMs }, client.signal));
    }),
  fc.nat(20).map(
    (at): Event =>
      (_, { clients }) =>
        clients[at]?.abort(),
  ),
  fc.nat(20).map(
    (at): Event =>
      ({ sent }) =>
        sent[at]?.answer(said(`answer ${String(at)}`)),
  ),
  fc.tuple(fc.nat(20), codes).map(
    ([at, code]): Event =>
      ({ sent }) =>
        sent[at]?.answer(failed(code)),
  ),
  fc.tuple(fc.nat(20), codes).map(
    ([at, code]): Event =>
      ({ sent }) =>
        sent[at]?.fail(new Failure(code, 'x')),
  ),
  fc.constant<Event>(({ flight }) => {
    flight.touched();
  }),
);

/** Each question is answered, as often as askers have to ask again. */
async function answerAll(sent: readonly Sent[], askers: readonly Asker[], rounds = 50): Promise<void> {
  for (const { answer } of sent) answer(said('at last'));
  await settle();
  if (rounds > 0 && askers.some(({ answers }) => answers() === 0)) await answerAll(sent, askers, rounds - 1);
}

test('whatever happens, everybody is answered exactly once, and no question goes out twice under one id', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(event, fc.integer({ min: 0, max: 3000 })), { maxLength: 40 }),
      async (events) => {
        const it = queue();
        const state = { askers: [], clients: [] };
        const play = async ([first, ...rest]: typeof events): Promise<void> => {
          if (first === undefined) return;
          first[0](it, state);
          await vi.advanceTimersByTimeAsync(first[1]);
          await play(rest);
        };
        await play(events);
        const askers: readonly Asker[] = state.askers;
        await answerAll(it.sent, askers);
        const ids = it.sent.map(({ question }) => question.callId);

        expect(askers.map(({ answers }) => answers())).toEqual(askers.map(() => 1));
        expect(new Set(ids).size).toBe(ids.length);
        expect(vi.getTimerCount()).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});

describe('at the end of a long line of one flow', () => {
  const last = { args: { project_id: 'team/app', issue_iid: 20 } };
  const inLine = (): Queue => {
    const asked = queue();
    for (let iid = 0; iid <= 20; iid += 1) asked.ask({ flow: 'heavy', args: { ...last.args, issue_iid: iid } });
    return asked;
  };

  test('who asks the same in another flow does not wait there, and is joined by those who come later', async () => {
    const { ask, sent } = inLine();
    ask({ ...last, flow: 'light' });
    ask({ ...last, flow: 'third' });
    await settle();

    expect(sent.slice(21).map(({ question }) => question.flow)).toEqual(['light']);
  });

  test('the same flow shares', async () => {
    const { ask, sent } = inLine();
    ask({ ...last, flow: 'heavy' });
    await settle();

    expect(sent).toHaveLength(21);
  });

  test('what came before the line was long is shared by all, and again once the line is done', async () => {
    const { ask, sent } = inLine();
    ask({ args: { ...last.args, issue_iid: 19 }, flow: 'light' });
    await settle();
    expect(sent).toHaveLength(21);

    for (const { answer } of sent) answer(said('x'));
    await settle();
    ask({ ...last, flow: 'heavy' });
    ask({ ...last, flow: 'light' });
    await settle();
    expect(sent).toHaveLength(22);
  });
});
