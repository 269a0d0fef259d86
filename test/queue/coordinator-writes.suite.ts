import { beforeEach, expect, test } from 'vitest';
import { entry, lesson, NOW } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

/** A write is run by one worker only. */
export function claimsWrites(current: () => Pair): void {
  beforeEach(async () => {
    await current().api.beat('api1');
  });

  test.each(['worker1', 'worker2'])('that worker1 has claimed is refused to %s', async (second) => {
    const { worker } = current();
    const call = entry({ kind: 'write' });
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'go' });
    await expect(worker.enter({ ...call, worker: second })).resolves.toEqual({ verdict: 'claimed' });
  });

  test('that GitLab surely did not take can be claimed again', async () => {
    const { worker } = current();
    const call = entry({ kind: 'write' });
    await worker.enter(call);
    await worker.unclaim(call.callId);
    await expect(worker.enter({ ...call, worker: 'worker2' })).resolves.toEqual({ verdict: 'go' });
  });

  test('that is cancelled tells whether it was claimed before; one that was not never starts', async () => {
    const { api, worker } = current();
    const [claimed, waiting] = [entry({ kind: 'write' }), entry({ kind: 'write' })];
    await worker.enter(claimed);
    await expect(api.cancel(claimed.callId)).resolves.toEqual({ isClaimed: true });
    await expect(api.cancel(waiting.callId)).resolves.toEqual({ isClaimed: false });
    await expect(worker.enter(waiting)).resolves.toEqual({ verdict: 'cancelled' });
  });

  test('that is cancelled unless it is claimed goes on where it is, also after GitLab has refused it for its limit', async () => {
    const { api, worker } = current();
    const [claimed, waiting] = [entry({ kind: 'write' }), entry({ kind: 'write' })];
    await worker.enter(claimed);
    await expect(api.cancel(claimed.callId, 'claimed')).resolves.toEqual({ isClaimed: true });
    await expect(api.cancel(waiting.callId, 'claimed')).resolves.toEqual({ isClaimed: false });
    await expect(worker.enter(waiting)).resolves.toEqual({ verdict: 'cancelled' });
    await worker.unclaim(claimed.callId);
    await expect(worker.enter(claimed)).resolves.toEqual({ verdict: 'go' });
  });

  test('that waits for a gate is not claimed before its slot', async () => {
    const { worker } = current();
    const call = entry({ kind: 'write', gates: [{ key: 'token' }] });
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'wait', waitMs: 1000 });
    const again = { ...call, now: NOW + 1000 };
    await expect(worker.enter(again)).resolves.toEqual({ verdict: 'go' });
    await expect(worker.enter(again)).resolves.toEqual({ verdict: 'claimed' });
  });

  test('is a claim of its own; a read is never claimed', async () => {
    const { worker } = current();
    const read = entry();
    await worker.enter(entry({ kind: 'write' }));
    await expect(worker.enter(entry({ kind: 'write' }))).resolves.toEqual({ verdict: 'go' });
    await worker.enter(read);
    await expect(worker.enter(read)).resolves.toEqual({ verdict: 'go' });
  });
}
