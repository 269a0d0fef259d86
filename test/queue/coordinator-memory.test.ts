import { describe, expect, test } from 'vitest';
import { createMemoryCoordinator } from '../../src/queue/coordinator-memory.ts';
import type { MemoryCoordinator } from '../../src/queue/coordinator-memory.ts';
import { rules } from '../../src/queue/scripts/rules.ts';
import { admission, entry, lesson, NOW, waits } from './coordinator-bench.ts';

/** A clock that is moved by hand. */
function steppedClock(): { readonly clock: () => number; readonly step: (ms: number) => number } {
  let now = NOW;
  return {
    clock: () => now,
    step: (ms) => {
      now += ms;
      return now;
    },
  };
}

async function useEverything(coordinator: MemoryCoordinator, now: number): Promise<void> {
  const name = String(now);
  const call = { callId: name, api: name, now, deadline: now + 5000 };
  await coordinator.admit(admission({ ...call, user: name }));
  await coordinator.learn(lesson({ gate: name, now, isUnsaid: true }));
  await coordinator.enter(entry({ ...call, kind: 'write', gates: [{ key: name }] }));
  await coordinator.cancel(name);
  await coordinator.reply(name, Buffer.from(name));
}

describe('the coordinator in memory', () => {
  test('forgets what has expired, so that it does not grow', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    const sizes: number[] = [];
    const live = async (rounds: number): Promise<void> => {
      if (rounds === 0) return;
      await useEverything(coordinator, step(10_000));
      sizes.push(coordinator.size());
      await live(rounds - 1);
    };
    await live(300);
    expect(Math.max(...sizes.slice(100))).toBeLessThanOrEqual(Math.max(...sizes.slice(0, 100)));
    step(rules.gateMs + 60_000);
    await coordinator.beat('api1');
    expect(coordinator.size()).toBe(1);
  });

  test('holds nothing of a user whose calls have all ended', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    const call = admission({ deadline: NOW + 10 * rules.gateMs });
    await coordinator.admit(call);
    await coordinator.leave(call);
    step(rules.gateMs);
    await coordinator.beat('api1');
    expect(coordinator.size()).toBe(1);
  });

  test.each([
    [rules.aliveMs - 1, 'go'],
    [rules.aliveMs, 'orphan'],
  ])('%i ms after the last sign of life a call may %s', async (ms, verdict) => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    await coordinator.beat('api1');
    step(ms);
    await expect(coordinator.enter(entry())).resolves.toEqual({ verdict });
  });

  test('remembers a claim as long as it was claimed for', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    const call = entry({ kind: 'write', claimMs: 5000 });
    await coordinator.beat('api1');
    await coordinator.enter(call);
    step(4999);
    await expect(coordinator.enter(call)).resolves.toEqual({ verdict: 'claimed' });
    step(1);
    await expect(coordinator.enter(call)).resolves.toEqual({ verdict: 'go' });
  });

  test('keeps the places of a user until the last deadline, whatever comes later', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    await coordinator.admit(admission({ deadline: NOW + 50_000 }));
    await coordinator.admit(admission({ deadline: NOW + 5000 }));
    const now = step(10_000);
    await expect(coordinator.admit(admission({ now, cap: 1 }))).resolves.toMatchObject({ outstanding: 1 });
  });

  test('remembers a gate as long as it is blocked', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    await coordinator.learn(lesson({ blockedUntil: NOW + rules.gateMs + 5000 }));
    const now = step(rules.gateMs);
    await coordinator.beat('api1');
    await expect(waits(coordinator, 1, { now, deadline: now + 60_000 })).resolves.toEqual([5000]);
  });

  test('does not believe for ever what it learned of a gate', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    await coordinator.learn(lesson({ window: { requests: 1, periodMs: 1000, used: 0, resetAt: NOW + 1000 } }));
    const now = step(rules.gateMs + 1000);
    await coordinator.beat('api1');
    await expect(waits(coordinator, 3, { now, deadline: now + 60_000 })).resolves.toEqual([0, 0, 0]);
  });

  test('does not count a worker that gave no sign of life for too long', async () => {
    const { clock, step } = steppedClock();
    const coordinator = createMemoryCoordinator({ clock });
    await coordinator.beatWorker('one');
    step(rules.workerAliveMs - 1);
    await expect(coordinator.beat('api1')).resolves.toEqual({ workers: 1 });
    step(1);
    await expect(coordinator.beat('api1')).resolves.toEqual({ workers: 0 });
  });

  test('starts no timer', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const coordinator = createMemoryCoordinator();
    await useEverything(coordinator, NOW);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
    await coordinator.close();
  });
});
