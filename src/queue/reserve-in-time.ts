import type { Coordinator, Entered, Reserved, Slot } from './coordinator.ts';

/** Until when the request may leave (epoch milliseconds) whose place was asked for at `askedAt`. */
export const goodUntil = (permit: Extract<Entered, { verdict: 'go' }>, askedAt: number): number =>
  askedAt + (permit.goodForMs ?? Infinity);

/** Asks for a place until the answer comes in time: a busy worker may read it when it is no longer good. */
export async function reserveInTime(
  coordinator: Pick<Coordinator, 'reserve'>,
  slot: Omit<Slot, 'now'>,
  now: () => number,
): Promise<Reserved> {
  const askedAt = now();
  const reserved = await coordinator.reserve({ ...slot, now: askedAt });
  const isLate = reserved.verdict === 'go' && now() > goodUntil(reserved, askedAt);
  return isLate ? reserveInTime(coordinator, slot, now) : reserved;
}
