import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { admission, entry, NOW } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';
import { breaksOff } from './coordinator-breaker.suite.ts';
import { pacesGates } from './coordinator-gates.suite.ts';
import { carriesReplies, tellsListeners } from './coordinator-messages.suite.ts';
import { ordersFairly } from './coordinator-order.suite.ts';
import { claimsWrites } from './coordinator-writes.suite.ts';

/** What a coordinator does, whatever it keeps its memory in. */
export function coordinates(open: () => Promise<Pair>): void {
  let pair: Pair;
  const current = (): Pair => pair;

  beforeEach(async () => {
    pair = await open();
  });

  afterEach(async () => {
    await pair.close();
  });

  describe('the cap', () => {
    capsUsers(current);
  });
  describe('the fair order', () => {
    ordersFairly(current);
  });
  describe('a call whose turn has come', () => {
    letsCallsIn(current);
  });
  describe('a write', () => {
    claimsWrites(current);
  });
  describe('the workers', () => {
    countsWorkers(current);
  });
  describe('the breaker', () => {
    breaksOff(current);
  });
  describe('the gates', () => {
    pacesGates(current);
  });
  describe('an answer', () => {
    carriesReplies(current);
  });
  describe.each(['cancel', 'announce'] as const)('%s', (verb) => {
    tellsListeners(current, verb);
  });
}

function countsWorkers(current: () => Pair): void {
  test('are counted where a replica beats and where a call is admitted', async () => {
    const { api, worker } = current();
    await expect(api.beat('api1')).resolves.toEqual({ workers: 0 });
    await worker.beatWorker('one');
    await worker.beatWorker('two');
    await worker.beatWorker('two');
    await expect(api.beat('api1')).resolves.toEqual({ workers: 2 });
    await expect(api.admit(admission())).resolves.toMatchObject({ workers: 2 });
    await expect(api.admit(admission({ cap: 0 }))).resolves.toMatchObject({ workers: 2 });
  });

  test('are not counted once they take no more calls', async () => {
    const { api, worker } = current();
    await worker.beatWorker('one');
    await worker.leaveWorker('one');
    await expect(api.beat('api1')).resolves.toEqual({ workers: 0 });
  });
}

function capsUsers(current: () => Pair): void {
  test('a user has no more calls outstanding than the cap allows', async () => {
    const { api } = current();
    const answers = await Promise.all(Array.from({ length: 3 }, async () => api.admit(admission({ cap: 2 }))));
    expect(answers.map(({ admitted }) => admitted)).toEqual([true, true, false]);
    expect(answers[2]).toMatchObject({ admitted: false, full: 'user', outstanding: 2 });
  });

  test('another user is not affected', async () => {
    const { api } = current();
    await api.admit(admission({ cap: 1 }));
    await expect(api.admit(admission({ cap: 1, user: 'bob' }))).resolves.toMatchObject({ admitted: true });
  });

  test('all users together have no more than their cap', async () => {
    const { api } = current();
    const first = admission({ capOfAll: 2 });
    await api.admit(first);
    await api.admit(admission({ capOfAll: 2, user: 'bob' }));
    const third = admission({ capOfAll: 2, user: 'eve' });
    await expect(api.admit(third)).resolves.toMatchObject({ admitted: false, full: 'all', outstanding: 2 });
    await api.leave(first);
    await expect(api.admit(third)).resolves.toMatchObject({ admitted: true });
  });

  test('reads and writes count together', async () => {
    const { api } = current();
    await api.admit(admission({ cap: 1 }));
    await expect(api.admit(admission({ cap: 1, kind: 'write' }))).resolves.toMatchObject({ admitted: false });
  });

  test('a call that has ended gives its place back', async () => {
    const { api } = current();
    const call = admission({ cap: 1 });
    await api.admit(call);
    await api.leave(call);
    await expect(api.admit(admission({ cap: 1 }))).resolves.toMatchObject({ admitted: true });
  });

  test('a call gives its place back with its answer, and not with a word on its way', async () => {
    const { api, worker } = current();
    const call = admission({ cap: 1 });
    await api.admit(call);
    await worker.reply(call.api, Buffer.from('progress'));
    await expect(api.admit(admission({ cap: 1 }))).resolves.toMatchObject({ admitted: false });
    await worker.reply(call.api, Buffer.from('answer'), call);
    await expect(api.admit(admission({ cap: 1, capOfAll: 1 }))).resolves.toMatchObject({ admitted: true });
  });

  test('a call that nobody ended gives its place back at its deadline', async () => {
    const { api } = current();
    await api.admit(admission({ cap: 1, deadline: NOW + 1000 }));
    await expect(api.admit(admission({ cap: 1, now: NOW + 999 }))).resolves.toMatchObject({ admitted: false });
    await expect(api.admit(admission({ cap: 1, now: NOW + 1000 }))).resolves.toMatchObject({ admitted: true });
  });

  test('a refused call takes no place', async () => {
    const { api } = current();
    const first = admission({ cap: 1 });
    await api.admit(first);
    await api.admit(admission({ cap: 1 }));
    await api.leave(first);
    await expect(api.admit(admission({ cap: 1 }))).resolves.toMatchObject({ admitted: true });
  });
}

function letsCallsIn(current: () => Pair): void {
  test('goes when its replica lives', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    await expect(worker.enter(entry())).resolves.toEqual({ verdict: 'go' });
  });

  test('goes after nothing but its own admission: that is a sign of life', async () => {
    const { api, worker } = current();
    await api.admit(admission());
    await expect(worker.enter(entry())).resolves.toEqual({ verdict: 'go' });
  });

  test('goes also when its user was refused for another call', async () => {
    const { api, worker } = current();
    await api.admit(admission({ cap: 0 }));
    await expect(worker.enter(entry())).resolves.toEqual({ verdict: 'go' });
  });

  test('is an orphan when its replica gave no sign of life', async () => {
    const { api, worker } = current();
    await api.beat('api2');
    await expect(worker.enter(entry())).resolves.toEqual({ verdict: 'orphan' });
  });

  test('is dropped when it was cancelled, whatever else is true of it', async () => {
    const { api, worker } = current();
    const call = entry({ deadline: NOW - 1 });
    await api.cancel(call.callId);
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'cancelled' });
  });

  test('has expired from its deadline on', async () => {
    const { api, worker } = current();
    await api.beat('api1');
    await expect(worker.enter(entry({ now: NOW + 59_999 }))).resolves.toEqual({ verdict: 'go' });
    await expect(worker.enter(entry({ now: NOW + 60_000 }))).resolves.toEqual({ verdict: 'expired' });
  });

  test.each(['cancelled', 'orphan', 'expired'] as const)('charges no gate when it is %s', async (verdict) => {
    const { api, worker } = current();
    const one = [{ key: 'token', limit: { requests: 1, periodMs: 60_000 } }];
    const call = entry({ gates: one, now: NOW + 1000, ...(verdict === 'expired' && { deadline: NOW }) });
    if (verdict !== 'orphan') await api.beat('api1');
    if (verdict === 'cancelled') await api.cancel(call.callId);
    await expect(worker.enter(call)).resolves.toEqual({ verdict });
    await expect(worker.reserve(entry({ gates: one, now: NOW + 1000 }))).resolves.toMatchObject({ verdict: 'go' });
  });
}
