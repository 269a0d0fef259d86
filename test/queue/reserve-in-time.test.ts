import { describe, expect, test } from 'vitest';
import type { Reserved, Slot } from '../../src/queue/coordinator.ts';
import { goodUntil, reserveInTime } from '../../src/queue/reserve-in-time.ts';

const slot = { callId: 'call', host: 'gitlab', gates: [], deadline: 9000 };

/** Each answer takes so long to be read; gives the last one, and when each was asked for. */
async function reserve(
  answers: readonly { readonly tookMs: number; readonly reserved: Reserved }[],
): Promise<{ readonly reserved: Reserved; readonly askedAt: readonly number[] }> {
  const left = [...answers];
  const askedAt: number[] = [];
  let now = 1000;
  const coordinator = {
    reserve: async (asked: Slot): Promise<Reserved> => {
      askedAt.push(asked.now);
      const { tookMs, reserved } = left.shift() ?? { tookMs: 0, reserved: { verdict: 'limited', waitMs: 0 } };
      now += tookMs;
      return reserved;
    },
  };
  return { reserved: await reserveInTime(coordinator, slot, () => now), askedAt };
}

const go: Reserved = { verdict: 'go', goodForMs: 30 };
const wait: Reserved = { verdict: 'wait', waitMs: 5 };

describe('a permit', () => {
  test('that is read in time counts', async () => {
    await expect(reserve([{ tookMs: 30, reserved: go }])).resolves.toEqual({ reserved: go, askedAt: [1000] });
  });

  test('that is read too late is asked for again, as often as it takes', async () => {
    const late = { tookMs: 31, reserved: go };
    const answers = [late, late, { tookMs: 1, reserved: go }];
    await expect(reserve(answers)).resolves.toEqual({ reserved: go, askedAt: [1000, 1031, 1062] });
  });

  test('that is asked for again may be refused', async () => {
    const answers = [
      { tookMs: 31, reserved: go },
      { tookMs: 1000, reserved: wait },
    ];
    await expect(reserve(answers)).resolves.toEqual({ reserved: wait, askedAt: [1000, 1031] });
  });

  test('of a gate without a limit is good whenever it is read', async () => {
    const reserved: Reserved = { verdict: 'go' };
    await expect(reserve([{ tookMs: 60_000, reserved }])).resolves.toEqual({ reserved, askedAt: [1000] });
  });

  test('is good from the moment in which it was asked for', () => {
    expect(goodUntil({ verdict: 'go', goodForMs: 30 }, 1000)).toBe(1030);
    expect(goodUntil({ verdict: 'go' }, 1000)).toBe(Infinity);
  });
});
